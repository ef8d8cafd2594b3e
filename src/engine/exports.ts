// What the host calls of a build of the engine, and which build it is.

/**
 * relaxed needs WebAssembly's relaxed SIMD, simd its SIMD; scalar runs wherever WebAssembly does, plain everywhere. All give the same
 * bits, with any number of threads.
 */
export type Build = "relaxed" | "simd" | "scalar" | "plain";

/** The exports that the host calls (assembly/index.ts). Addresses and counts are integers. */
export interface EngineExports {
  staticEnd(): number;
  simd(): number;
  initModel(model: number): void;
  resetStream(stream: number): void;
  acceptSamples(model: number, stream: number, numSamples: number): void;
  acceptFrames(model: number, stream: number, frames: number): void;
  finishSamples(model: number, stream: number, numSamples: number): void;
  finishFrames(model: number, stream: number, frames: number): void;
  step(model: number, stream: number): number;
  predictSymbols(model: number, stream: number, count: number): void;
  joinRow(model: number, stream: number, row: number, count: number): void;
  logAddTail(distance: number): number;
  matmulF32(
    out: number,
    outStride: number,
    x: number,
    xStride: number,
    w: number,
    wStride: number,
    bias: number,
    M: number,
    N: number,
    K: number,
  ): void;
  /** Only builds with relaxed SIMD have this kernel. */
  readonly matmulInt7?: unknown;
  /** The engine in JavaScript has this property (src/plain/webassembly.ts). */
  readonly plain?: true;
}

/** A running engine as its streams see it. */
export interface EngineAccess {
  readonly exports: EngineExports;
  readonly memory: ArrayBuffer;
  /** Address of the model's descriptor. */
  readonly model: number;
}

/** The build that has these exports. */
export function buildOf(exports: EngineExports): Build {
  if (exports.plain) return "plain";
  if (exports.matmulInt7) return "relaxed";
  return exports.simd() ? "simd" : "scalar";
}
