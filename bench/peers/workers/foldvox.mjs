// foldvox: the package as it is published. It encodes whole inputs, step by step as a stream does, so a step's time is that of an
// input of many steps divided by their number; the first ones, whose left context still fills, take a little less.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRecognizer, createRecognizerSync } from "../../../build/index.js";
import { answer, Steps, timed } from "./protocol.mjs";

const wasmFile = new URL("../../../build/foldvox.simd.wasm", import.meta.url);
const modelFile = (folder, precision) => resolve(folder, `model.${precision}.safetensors`);

class Encoding {
  constructor(folder, recognizer) {
    this.steps = new Steps(folder);
    this.recognizer = recognizer;
  }

  first() {
    const { features, frames, mels } = this.steps;
    this.recognizer.encode({ features: features.subarray(0, frames * mels) });
  }

  check() {
    const { features, warm, steps, output } = this.steps;
    const rows = this.recognizer.encode({ features }).output;
    return rows.subarray(warm * output, (warm + steps) * output);
  }

  run(count) {
    const { features, advance, mels } = this.steps;
    const input = new Float32Array(count * advance * mels);
    for (let at = 0; at < input.length; at += features.length) {
      input.set(features.subarray(0, input.length - at), at);
    }
    return timed(() => this.recognizer.encode({ features: input }));
  }
}

function load(folder, precision) {
  const model = readFileSync(modelFile(folder, precision));
  const wasm = readFileSync(wasmFile);
  return () => new Encoding(folder, createRecognizerSync({ model, wasm: new WebAssembly.Module(wasm) }));
}

await answer(load, async (folder, precision) => {
  const model = pathToFileURL(modelFile(folder, precision));
  return new Encoding(folder, await createRecognizer({ model, wasm: readFileSync(wasmFile) }));
});
