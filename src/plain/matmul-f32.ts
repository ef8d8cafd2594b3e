// The f32 product for interpreters.

import type { Views } from "./views.ts";

const fround = Math.fround;

/** matmulF32 of assembly/kernels/matmul-f32.ts, in its words. Sums are in four parts, as assembly/target/sums.ts adds. */
export function matmulF32({ f32 }: Views) {
  return (
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
  ): void => {
    const values = f32;
    const whole = K & ~3;
    for (let n = 0; n < N; n++) {
      const b = bias ? values[(bias >> 2) + n]! : 0;
      const row = (w + n * wStride) >> 2;
      for (let m = 0; m < M; m++) {
        let p = (x + m * xStride) >> 2;
        let q = row;
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        for (const end = p + whole; p < end; p += 4, q += 4) {
          s0 = fround(s0 + fround(values[p]! * values[q]!));
          s1 = fround(s1 + fround(values[p + 1]! * values[q + 1]!));
          s2 = fround(s2 + fround(values[p + 2]! * values[q + 2]!));
          s3 = fround(s3 + fround(values[p + 3]! * values[q + 3]!));
        }
        let total = fround(fround(s0 + s2) + fround(s1 + s3));
        for (let k = whole; k < K; k++, p++, q++) total = fround(total + fround(values[p]! * values[q]!));
        values[((out + m * outStride) >> 2) + n] = total + b;
      }
    }
  };
}
