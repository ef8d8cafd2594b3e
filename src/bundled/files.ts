// What comes with foldvox, as files beside the bundle. inline.ts and plain.ts take this file's place in foldvox/inline and
// foldvox/plain (scripts/build-host.mjs); all three export the same names.

import type { BundledName } from "./names.ts";
import { FILES_ADVICE, own } from "./own.ts";

export { FILES_ADVICE };

// The addresses are written out, so that bundlers see and copy the files.

/** Builds of the engine, the one to prefer first: bytes, or where they are. Errors: io. */
export const bundledEngines: readonly (() => URL | Uint8Array<ArrayBuffer>)[] = [
  () => own(() => new URL("./foldvox.relaxed.wasm", import.meta.url), "foldvox.relaxed.wasm"),
  () => own(() => new URL("./foldvox.simd.wasm", import.meta.url), "foldvox.simd.wasm"),
  () => own(() => new URL("./foldvox.scalar.wasm", import.meta.url), "foldvox.scalar.wasm"),
];

/** Builds for threads, which find their helper as a file: bundles of one file have none. Errors: io. */
export const bundledThreadEngines: readonly (() => URL)[] = [
  () => own(() => new URL("./foldvox.relaxed-threads.wasm", import.meta.url), "foldvox.relaxed-threads.wasm"),
  () => own(() => new URL("./foldvox.threads.wasm", import.meta.url), "foldvox.threads.wasm"),
];

/**
 * Where a file lies beside ours, as long as nobody has bundled them: bundlers cannot follow this, so that a page carries no models
 * that it does not name. They follow foldvox/english and foldvox/commands-tiny. Errors: io.
 */
function beside(file: string): URL {
  const here = import.meta.url;
  return own(() => new URL(`../models/${file}`, here), file);
}

/** Where a model is that comes with foldvox; "commands" is loaded where the caller names none. Errors: io. */
export function bundledModel(name: BundledName = "commands"): URL {
  if (name !== "commands") return beside(`${name}.safetensors`);
  return own(() => new URL("../models/commands.safetensors", import.meta.url), "commands.safetensors");
}

/** Where the file is that a bundled model names in its header. Errors: io. */
export const bundledSideFile = beside;
