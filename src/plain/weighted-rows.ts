// The weighted sum of values in attention, for interpreters.

import type { Views } from "./views.ts";

const fround = Math.fround;

/** addWeightedRows of assembly/kernels/weighted-rows.ts, in its words. Four columns share the reading of a weight. */
export function addWeightedRows({ f32: values }: Views) {
  const addRow = (out: number, first: number, rows: number, step: number, n: number, K: number): void => {
    const end = first + n;
    let o = out;
    let r = rows;
    let k = 0;
    for (; k + 4 <= K; k += 4, o += 4, r += 4) {
      let a0 = values[o]!;
      let a1 = values[o + 1]!;
      let a2 = values[o + 2]!;
      let a3 = values[o + 3]!;
      for (let p = first, q = r; p < end; p++, q += step) {
        const weight = values[p]!;
        a0 = fround(a0 + fround(weight * values[q]!));
        a1 = fround(a1 + fround(weight * values[q + 1]!));
        a2 = fround(a2 + fround(weight * values[q + 2]!));
        a3 = fround(a3 + fround(weight * values[q + 3]!));
      }
      values[o] = a0;
      values[o + 1] = a1;
      values[o + 2] = a2;
      values[o + 3] = a3;
    }
    for (; k < K; k++, o++, r++) {
      let a = values[o]!;
      for (let p = first, q = r; p < end; p++, q += step) a = fround(a + fround(values[p]! * values[q]!));
      values[o] = a;
    }
  };
  return (
    out: number,
    outStride: number,
    weights: number,
    weightStride: number,
    rows: number,
    stride: number,
    M: number,
    n: number,
    K: number,
  ): void => {
    for (let m = 0; m < M; m++) {
      addRow((out + m * outStride) >> 2, (weights + m * weightStride) >> 2, rows >> 2, stride >> 2, n, K);
    }
  };
}
