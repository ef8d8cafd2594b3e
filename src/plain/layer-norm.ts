// Layer normalisation for interpreters.

import type { Views } from "./views.ts";

const fround = Math.fround;

/** layerNorm of assembly/kernels/layer-norm.ts, in its words. Sums are in four parts, as assembly/target/sums.ts adds. */
export function layerNorm({ f32 }: Views) {
  return (out: number, x: number, gamma: number, beta: number, eps: number, M: number, N: number): void => {
    const values = f32;
    const inverse = fround(1 / N);
    const whole = N & ~3;
    const g = gamma >> 2;
    const b = beta >> 2;
    for (let m = 0; m < M; m++) {
      const from = (x >> 2) + m * N;
      const to = (out >> 2) + m * N;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let i = 0;
      for (; i < whole; i += 4) {
        const at = from + i;
        s0 = fround(s0 + values[at]!);
        s1 = fround(s1 + values[at + 1]!);
        s2 = fround(s2 + values[at + 2]!);
        s3 = fround(s3 + values[at + 3]!);
      }
      let total = fround(fround(s0 + s2) + fround(s1 + s3));
      for (; i < N; i++) total = fround(total + values[from + i]!);
      const mean = fround(total * inverse);

      s0 = s1 = s2 = s3 = 0;
      let c = 0;
      for (i = 0; i < whole; i += 4) {
        const at = from + i;
        const o = to + i;
        c = fround(values[at]! - mean);
        values[o] = c;
        s0 = fround(s0 + fround(c * c));
        c = fround(values[at + 1]! - mean);
        values[o + 1] = c;
        s1 = fround(s1 + fround(c * c));
        c = fround(values[at + 2]! - mean);
        values[o + 2] = c;
        s2 = fround(s2 + fround(c * c));
        c = fround(values[at + 3]! - mean);
        values[o + 3] = c;
        s3 = fround(s3 + fround(c * c));
      }
      total = fround(fround(s0 + s2) + fround(s1 + s3));
      for (; i < N; i++) {
        c = fround(values[from + i]! - mean);
        values[to + i] = c;
        total = fround(total + fround(c * c));
      }
      const scale = fround(1 / fround(Math.sqrt(fround(fround(total * inverse) + eps))));
      for (i = 0; i < N; i++)
        values[to + i] = fround(fround(values[to + i]! * scale) * values[g + i]!) + values[b + i]!;
    }
  };
}
