// The exported step in onnxruntime, whichever of its packages `ort` is.

import { Stepwise } from "./steps.mjs";

/** `model`: bytes or, on Node's own, a path. */
export async function onnxruntimeSteps(ort, model, steps, threads) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" };
  const session = await ort.InferenceSession.create(model, options);
  const { layers, state, frames, mels } = steps;
  let key = null;
  let value = null;
  return new Stepwise(steps, {
    warm() {
      [key, value] = steps.initial.map((values) => new ort.Tensor("float32", values, [layers, state]));
    },
    async step(window) {
      const features = new ort.Tensor("float32", window, [1, frames, mels]);
      const out = await session.run({ features, key, value });
      key = out.next_key;
      value = out.next_value;
      return out.log_probs.data;
    },
  });
}
