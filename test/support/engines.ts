// The engine's builds, for the suites that run over all of them.

import { readFileSync } from "node:fs";
import { createRecognizerSync, type Recognizer, type SyncRecognizerOptions } from "../../src/index.ts";

const root = new URL("../../", import.meta.url);

const ALL = ["relaxed", "simd", "scalar"] as const;

/** All builds, or those that FOLDVOX_BUILDS names with commas between: npm run watch tests the first one that is there. */
export const BUILDS = ALL.filter((build) => process.env.FOLDVOX_BUILDS?.split(",").includes(build) ?? true);

const modules = new Map<string, WebAssembly.Module>();

/** A build made by `npm run build`. */
export function engineModule(build: (typeof BUILDS)[number]): WebAssembly.Module {
  const found =
    modules.get(build) ?? new WebAssembly.Module(readFileSync(new URL(`build/foldvox.${build}.wasm`, root)));
  modules.set(build, found);
  return found;
}

export function recognizer(
  build: (typeof BUILDS)[number],
  model: Uint8Array,
  options: Partial<SyncRecognizerOptions> = {},
): Recognizer {
  return createRecognizerSync({ model, wasm: engineModule(build), ...options });
}

export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}
