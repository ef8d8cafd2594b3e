// foldvox: the package as it is published.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRecognizer, createRecognizerSync } from "../../../build/index.js";
import { FoldvoxSteps } from "./foldvox-steps.mjs";
import { answer, stepsOf } from "./protocol.mjs";

/** The build that the package takes here. */
const wasmFile = ["relaxed", "simd"]
  .map((build) => new URL(`../../../build/foldvox.${build}.wasm`, import.meta.url))
  .find((file) => WebAssembly.validate(readFileSync(file)));
const modelFile = (folder, precision) => resolve(folder, `model.${precision}.safetensors`);

async function load(folder, precision) {
  const steps = await stepsOf(folder);
  const model = readFileSync(modelFile(folder, precision));
  const wasm = readFileSync(wasmFile);
  return () => new FoldvoxSteps(createRecognizerSync({ model, wasm: new WebAssembly.Module(wasm) }), steps);
}

async function loadFromDisk(folder, precision) {
  const steps = await stepsOf(folder);
  const model = pathToFileURL(modelFile(folder, precision));
  return new FoldvoxSteps(await createRecognizer({ model, wasm: readFileSync(wasmFile) }), steps);
}

await answer(load, loadFromDisk);
