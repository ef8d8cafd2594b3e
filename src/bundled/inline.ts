// foldvox/inline: the builds of the engine for one thread inside the script, nothing read from anywhere. esbuild writes the .wasm files as base64.

import relaxed from "../../build/foldvox.relaxed.wasm";
import scalar from "../../build/foldvox.scalar.wasm";
import simd from "../../build/foldvox.simd.wasm";
import { FoldvoxError } from "../errors.ts";

export const bundledEngines = [() => relaxed, () => simd, () => scalar];
export const bundledThreadEngines = [];
export const FILES_ADVICE = "";

/** Errors: bad-argument. */
export function bundledModel(): never {
  throw new FoldvoxError("bad-argument", "foldvox/inline comes without a model; give one as the model option.");
}

/** There are no files beside models that are not there. */
export const bundledSideFile = () => null;
