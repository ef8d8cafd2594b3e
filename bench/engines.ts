// Whole encoders for timing: a recognizer of a model file, run over as many steps as asked.

import { readFileSync } from "node:fs";
import { createRecognizerSync, type Recognizer } from "../src/index.ts";
import type { Case } from "./rounds.ts";

export const read = (path: string) => new Uint8Array(readFileSync(new URL(`../${path}`, import.meta.url)));

export type Build = "relaxed" | "simd" | "scalar";

/** Those that run here, the fastest first. */
export const BUILDS = (["relaxed", "simd", "scalar"] as const).filter((build) =>
  WebAssembly.validate(read(`build/foldvox.${build}.wasm`)),
);

export const moduleOf = (build: Build) => new WebAssembly.Module(read(`build/foldvox.${build}.wasm`));

const fastest = moduleOf(BUILDS[0]!);

export function recognizerOf(model: Uint8Array, { wasm = fastest } = {}): Recognizer {
  return createRecognizerSync({ model, wasm });
}

/** Encodes that many steps, the first ones with a left context that fills; units are steps. */
export function stepsCase(name: string, recognizer: Recognizer, steps: number): Case {
  const { segment, stride } = recognizer.header.config.encoder;
  const frames = steps * segment * stride;
  const features = Float32Array.from({ length: frames * recognizer.header.config.features.mels }, (_, i) => {
    return Math.sin(i * i * 0.37);
  });
  return { name, units: steps, run: () => void recognizer.encode({ features }) };
}

/** Steps that take some 50 ms and see a full left context in all but a few of them. */
export function stepsFor(recognizer: Recognizer): number {
  return Math.min(200, Math.max(24, Math.round(2e9 / recognizer.header.dataBytes / 5)));
}
