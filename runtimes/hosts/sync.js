// Without asynchronous start-up: bytes in, the first build that validates.

import { createRecognizerSync } from "../../build/index.js";
import { examine, filesOf, optionsOf } from "../suite.js";

/** Examines models with read(path), which gives a Uint8Array, and print(line). */
export function examineSync(models, read, print, now) {
  const wasm = ["relaxed", "simd", "scalar"]
    .map((build) => read(`build/foldvox.${build}.wasm`))
    .find(WebAssembly.validate);
  for (const model of models) {
    const recognizer = createRecognizerSync({ ...optionsOf(filesOf(model).map(read)), wasm });
    print(JSON.stringify({ model, ...examine(recognizer, read("examples/digits.wav"), now) }));
  }
}
