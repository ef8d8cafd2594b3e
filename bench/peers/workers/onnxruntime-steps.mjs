// The exported step in onnxruntime, whichever of its packages `ort` is.

import { Stepwise } from "./steps.mjs";

/** `model`: bytes or, on Node's own, a path. */
export async function onnxruntimeSteps(ort, model, steps, threads) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" };
  const session = await ort.InferenceSession.create(model, options);
  const { frames, mels } = steps;
  const names = Object.keys(steps.states);
  let states = {};
  return new Stepwise(steps, {
    warm() {
      for (const name of names) states[name] = new ort.Tensor("float32", steps.initial[name], steps.states[name]);
    },
    async step(window) {
      const features = new ort.Tensor("float32", window, [1, frames, mels]);
      const out = await session.run({ features, ...states });
      states = Object.fromEntries(names.map((name) => [name, out[`next_${name}`]]));
      return out.log_probs.data;
    },
  });
}
