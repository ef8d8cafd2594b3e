// onnxruntime-web (wasm) or onnxruntime-node, as the argument behind the protocol's says.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { onnxruntimeSteps } from "./onnxruntime-steps.mjs";
import { answer, stepsOf } from "./protocol.mjs";

const web = process.argv[6] === "web";
const require = createRequire(import.meta.url);
const ort = web ? await import("onnxruntime-web") : require("onnxruntime-node");
const graph = (folder, precision) => join(folder, `step.${precision}.onnx`);

async function load(folder, precision, threads) {
  if (web) {
    ort.env.wasm.numThreads = threads;
    const dist = dirname(require.resolve("onnxruntime-web"));
    ort.env.wasm.wasmBinary = readFileSync(join(dist, "ort-wasm-simd-threaded.wasm"));
  }
  const steps = await stepsOf(folder);
  const bytes = readFileSync(graph(folder, precision));
  return () => onnxruntimeSteps(ort, bytes, steps, threads);
}

async function loadFromDisk(folder, precision, threads) {
  return onnxruntimeSteps(ort, graph(folder, precision), await stepsOf(folder), threads);
}

// onnxruntime-web would fetch a path, which Node's fetch does not do with files.
await answer(load, web ? undefined : loadFromDisk);
