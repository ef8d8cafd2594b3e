// onnxruntime-web (wasm) or onnxruntime-node, which the argument behind the protocol's says.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { answer, floats, Steps, Stepwise } from "./protocol.mjs";

const web = process.argv[6] === "web";
const require = createRequire(import.meta.url);
const ort = web ? await import("onnxruntime-web") : require("onnxruntime-node");

/** `model`: bytes or, on Node's own, a path. */
async function start(folder, model, threads) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" };
  const session = await ort.InferenceSession.create(model, options);
  const { layers, state, frames, mels } = new Steps(folder);
  const initial = ["key", "value"].map((name) => floats(join(folder, `${name}.f32`)));
  let key = null;
  let value = null;
  return new Stepwise(folder, {
    warm() {
      [key, value] = initial.map((values) => new ort.Tensor("float32", values, [layers, state]));
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

const graph = (folder, precision) => join(folder, `step.${precision}.onnx`);

async function load(folder, precision, threads) {
  if (web) {
    ort.env.wasm.numThreads = threads;
    const dist = dirname(require.resolve("onnxruntime-web"));
    ort.env.wasm.wasmBinary = readFileSync(join(dist, "ort-wasm-simd-threaded.wasm"));
  }
  const bytes = readFileSync(graph(folder, precision));
  return () => start(folder, bytes, threads);
}

// onnxruntime-web would fetch a path, which Node's fetch does not do with files.
if (web) await answer(load);
else await answer(load, (folder, precision, threads) => start(folder, graph(folder, precision), threads));
