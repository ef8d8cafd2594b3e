// Depthwise convolution over tokens, for interpreters.

import type { Views } from "./views.ts";

const fround = Math.fround;

/** depthwise of assembly/kernels/depthwise.ts, in its words. Four tokens share the reading of a tap, and their rows. */
export function depthwise({ f32: values }: Views) {
  return (out: number, x: number, taps: number, bias: number, M: number, N: number, kernel: number): void => {
    const span = N * kernel;
    for (let n = 0; n < N; n++) {
      const first = (taps >> 2) + n;
      const end = first + span;
      const start = values[(bias >> 2) + n]!;
      let o = (out >> 2) + n;
      let row = (x >> 2) + n;
      let m = 0;
      for (; m + 4 <= M; m += 4, o += 4 * N, row += 4 * N) {
        let s0 = start;
        let s1 = start;
        let s2 = start;
        let s3 = start;
        let x0 = values[row]!;
        let x1 = values[row + N]!;
        let x2 = values[row + 2 * N]!;
        for (let k = first, r = row + 3 * N; k < end; k += N, r += N) {
          const tap = values[k]!;
          const x3 = values[r]!;
          s0 = fround(s0 + fround(tap * x0));
          s1 = fround(s1 + fround(tap * x1));
          s2 = fround(s2 + fround(tap * x2));
          s3 = fround(s3 + fround(tap * x3));
          x0 = x1;
          x1 = x2;
          x2 = x3;
        }
        values[o] = s0;
        values[o + N] = s1;
        values[o + 2 * N] = s2;
        values[o + 3 * N] = s3;
      }
      for (; m < M; m++, o += N, row += N) {
        let s = start;
        for (let k = first, r = row; k < end; k += N, r += N) s = fround(s + fround(values[k]! * values[r]!));
        values[o] = s;
      }
    }
  };
}
