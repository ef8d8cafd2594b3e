// Softmax of rows and log-softmax of one, for interpreters.

import { exp2, log } from "./elementary.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;
const LOG2_E = fround(Math.LOG2E);

export function softmaxes({ f32 }: Views) {
  function maximum(first: number, n: number): number {
    let best = f32[first]!;
    for (let i = first + 1; i < first + n; i++) {
      const value = f32[i]!;
      if (best < value) best = value;
    }
    return best;
  }

  /** f32[o + i] = 2^((f32[first + i] - shift) * scale); returns their sum, in four parts as assembly/target/sums.ts adds. */
  function exponentials(o: number, first: number, shift: number, scale: number, n: number): number {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let i = 0;
    const at = (k: number) => {
      const value = exp2(fround(fround(f32[first + k]! - shift) * scale));
      f32[o + k] = value;
      return value;
    };
    for (; i + 4 <= n; i += 4) {
      s0 = fround(s0 + at(i));
      s1 = fround(s1 + at(i + 1));
      s2 = fround(s2 + at(i + 2));
      s3 = fround(s3 + at(i + 3));
    }
    let total = fround(fround(s0 + s2) + fround(s1 + s3));
    for (; i < n; i++) total = fround(total + at(i));
    return total;
  }

  return {
    /** softmax of assembly/kernels/softmax.ts, in its words. */
    softmax(x: number, scale: number, M: number, n: number): void {
      const end = (x >> 2) + M * n;
      for (let first = x >> 2; first < end; first += n) {
        const inverse = fround(1 / exponentials(first, first, maximum(first, n), fround(scale * LOG2_E), n));
        for (let i = first; i < first + n; i++) f32[i] = f32[i]! * inverse;
      }
    },

    /** logSoftmax of assembly/kernels/softmax.ts, in its words. */
    logSoftmax(x: number, scratch: number, n: number): void {
      const first = x >> 2;
      const top = maximum(first, n);
      const shift = fround(top + log(exponentials(scratch >> 2, first, top, LOG2_E, n)));
      for (let i = first; i < first + n; i++) f32[i] = f32[i]! - shift;
    },
  };
}
