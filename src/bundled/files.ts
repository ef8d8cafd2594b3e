// What comes with foldvox, as files beside the bundle. inline.ts and plain.ts take this file's place in foldvox/inline and
// foldvox/plain (scripts/build-host.mjs); all three export the same names.

import { FoldvoxError } from "../errors.ts";

/** Builds of the engine, the one to prefer first: bytes, or where they are. */
export const bundledEngines: readonly (() => URL | Uint8Array<ArrayBuffer>)[] = [
  // Written out, so that bundlers see and copy the files.
  () => new URL("./foldvox.relaxed.wasm", import.meta.url),
  () => new URL("./foldvox.simd.wasm", import.meta.url),
  () => new URL("./foldvox.scalar.wasm", import.meta.url),
];

/** Builds for threads, which find their helper as a file: bundles of one file have none. */
export const bundledThreadEngines: readonly (() => URL)[] = [
  () => new URL("./foldvox.relaxed-threads.wasm", import.meta.url),
  () => new URL("./foldvox.threads.wasm", import.meta.url),
];

/** The model that is loaded where the caller names none. Errors: io. */
export function bundledModel(): URL {
  try {
    return new URL("../models/commands.safetensors", import.meta.url);
  } catch (cause) {
    throw new FoldvoxError(
      "io",
      "This bundle does not know where it lies, so foldvox's files cannot be found beside it. Import foldvox/inline and give a model as { model: ... }, or keep foldvox out of the bundle.",
      { cause },
    );
  }
}
