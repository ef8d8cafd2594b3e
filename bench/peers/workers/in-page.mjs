// What chromium.mjs runs in a page.

import { FoldvoxSteps } from "./foldvox-steps.mjs";
import { onnxruntimeSteps } from "./onnxruntime-steps.mjs";
import { Steps } from "./steps.mjs";

const DIST = "/bench/peers/node_modules/onnxruntime-web/dist";
const fetched = async (url) => (await fetch(url)).arrayBuffer();

async function prepareFoldvox(folder, precision, steps) {
  const { createRecognizer } = await import("/build/index.js");
  const model = await fetched(`${folder}/model.${precision}.safetensors`);
  const wasm = await fetched("/build/foldvox.relaxed.wasm");
  return async () => new FoldvoxSteps(await createRecognizer({ model, wasm }), steps);
}

async function prepareOnnxruntime(folder, precision, steps, threads) {
  const ort = await import(`${DIST}/ort.wasm.min.mjs`);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = `${DIST}/`;
  ort.env.wasm.wasmBinary = await fetched(`${DIST}/ort-wasm-simd-threaded.wasm`);
  const model = new Uint8Array(await fetched(`${folder}/step.${precision}.onnx`));
  return () => onnxruntimeSteps(ort, model, steps, threads);
}

/** Fetches all bytes and resolves with a function that makes the runtime of them. */
export async function prepare(runtime, folder, precision, threads) {
  const steps = await Steps.read(async (name) => new Uint8Array(await fetched(`${folder}/${name}`)));
  const prepareRuntime = runtime === "foldvox" ? prepareFoldvox : prepareOnnxruntime;
  return prepareRuntime(folder, precision, steps, threads);
}
