// Whether a runtime computes the same as our fp32 engine: without that, its time means nothing.

import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { label, type Runtime } from "./runtimes.ts";
import type { Worker } from "./worker.ts";

/** Largest difference of a log-prob that fp32 may show: sums in another order come to some 1e-5. */
const FP32_LIMIT = 1e-4;
/** int8 differs by design, and everywhere by about one per cent; more is another model. */
const INT8_LIMIT = 0.05;

export interface Agreement {
  /** Largest difference of a log-prob from our fp32 engine's. */
  readonly largest: number;
  /** Root mean square of the differences, divided by that of the log-probs. */
  readonly relative: number;
}

export async function outputOf(worker: Worker): Promise<Float32Array> {
  const path = join(tmpdir(), `foldvox-bench-${process.pid}.f32`);
  await worker.check(path);
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
}

/** Throws where a runtime's output is not the model's. */
export function agreement(runtime: Runtime, output: Float32Array, reference: Float32Array): Agreement {
  if (output.length !== reference.length) throw new Error(`${label(runtime)} gives ${output.length} log-probs`);
  let largest = 0;
  let squares = 0;
  let size = 0;
  for (let i = 0; i < output.length; i++) {
    const difference = Math.abs(output[i]! - reference[i]!);
    if (!(difference <= largest)) largest = difference;
    squares += difference * difference;
    size += reference[i]! * reference[i]!;
  }
  const relative = Math.sqrt(squares / size);
  const same = runtime.precision === "fp32" ? largest <= FP32_LIMIT : relative <= INT8_LIMIT;
  if (!same) throw new Error(`${label(runtime)} computes something else: off by ${largest}, relative ${relative}`);
  return { largest, relative };
}
