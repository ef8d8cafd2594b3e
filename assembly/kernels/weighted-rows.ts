// out[M][K] += weights[M][n] rows[n][K] in f32: attention's weighted sum of values. Up to five rows of weights share a load of values:
// attention of 5 queries over 35 keys, 4 heads of 32, takes 3.4 instead of 4.0 µs (V8 13.6, one Zen 5 core of a busy machine).

import { SIMD } from "../target/build";
import { add, loadLanes, mul, splat, storeLanes } from "../target/lanes";

/** One V of out += sum over n of weights[n] * rows[n]. */
// @ts-ignore: decorator
@inline function weightedSum<V>(out: usize, weights: usize, rows: usize, stride: usize, n: i32): void {
  let acc = loadLanes<V>(out);
  for (const end = weights + (<usize>n << 2); weights < end; weights += 4, rows += stride) {
    acc = add<V>(acc, mul<V>(splat<V>(load<f32>(weights)), loadLanes<V>(rows)));
  }
  storeLanes<V>(out, acc);
}

// @ts-ignore: decorator
@inline function addWeighted(acc: v128, weight: usize, row: v128): v128 {
  return f32x4.add(acc, f32x4.mul(v128.load32_splat(weight), row));
}

/** Eight columns on `count` sums. `count` is a compile-time constant; code for missing sums is removed. */
// @ts-ignore: decorator
@inline function tile(
  count: i32,
  out: usize,
  outStride: usize,
  weights: usize,
  weightStride: usize,
  rows: usize,
  stride: usize,
  n: i32,
): void {
  const out1 = count > 1 ? out + outStride : out;
  const out2 = count > 2 ? out1 + outStride : out;
  const out3 = count > 3 ? out2 + outStride : out;
  const out4 = count > 4 ? out3 + outStride : out;
  let weights1 = weights + weightStride;
  let weights2 = weights1 + weightStride;
  let weights3 = weights2 + weightStride;
  let weights4 = weights3 + weightStride;
  let a0 = v128.load(out);
  let b0 = v128.load(out, 16);
  let a1 = count > 1 ? v128.load(out1) : a0;
  let b1 = count > 1 ? v128.load(out1, 16) : a0;
  let a2 = count > 2 ? v128.load(out2) : a0;
  let b2 = count > 2 ? v128.load(out2, 16) : a0;
  let a3 = count > 3 ? v128.load(out3) : a0;
  let b3 = count > 3 ? v128.load(out3, 16) : a0;
  let a4 = count > 4 ? v128.load(out4) : a0;
  let b4 = count > 4 ? v128.load(out4, 16) : a0;
  for (const end = weights + (<usize>n << 2); weights < end; weights += 4, rows += stride) {
    const a = v128.load(rows);
    const b = v128.load(rows, 16);
    a0 = addWeighted(a0, weights, a);
    b0 = addWeighted(b0, weights, b);
    if (count > 1) {
      a1 = addWeighted(a1, weights1, a);
      b1 = addWeighted(b1, weights1, b);
      weights1 += 4;
    }
    if (count > 2) {
      a2 = addWeighted(a2, weights2, a);
      b2 = addWeighted(b2, weights2, b);
      weights2 += 4;
    }
    if (count > 3) {
      a3 = addWeighted(a3, weights3, a);
      b3 = addWeighted(b3, weights3, b);
      weights3 += 4;
    }
    if (count > 4) {
      a4 = addWeighted(a4, weights4, a);
      b4 = addWeighted(b4, weights4, b);
      weights4 += 4;
    }
  }
  v128.store(out, a0);
  v128.store(out, b0, 16);
  if (count > 1) {
    v128.store(out1, a1);
    v128.store(out1, b1, 16);
  }
  if (count > 2) {
    v128.store(out2, a2);
    v128.store(out2, b2, 16);
  }
  if (count > 3) {
    v128.store(out3, a3);
    v128.store(out3, b3, 16);
  }
  if (count > 4) {
    v128.store(out4, a4);
    v128.store(out4, b4, 16);
  }
}

/** out[M][K] += weights[M][n] rows[n][K], n by n; strides are bytes from row to row. */
export function addWeightedRows(
  out: usize,
  outStride: usize,
  weights: usize,
  weightStride: usize,
  rows: usize,
  stride: usize,
  M: i32,
  n: i32,
  K: i32,
): void {
  while (M > 0) {
    const count = M == 6 ? 3 : min(M, 5);
    let k = 0;
    if (SIMD) {
      for (; k + 8 <= K; k += 8) {
        const o = out + (<usize>k << 2);
        const r = rows + (<usize>k << 2);
        if (count == 5) tile(5, o, outStride, weights, weightStride, r, stride, n);
        else if (count == 4) tile(4, o, outStride, weights, weightStride, r, stride, n);
        else if (count == 3) tile(3, o, outStride, weights, weightStride, r, stride, n);
        else if (count == 2) tile(2, o, outStride, weights, weightStride, r, stride, n);
        else tile(1, o, outStride, weights, weightStride, r, stride, n);
      }
    }
    for (let m = 0; m < count; m++) {
      const o = out + <usize>m * outStride;
      const w = weights + <usize>m * weightStride;
      let rest = k;
      if (SIMD) {
        for (; rest + 4 <= K; rest += 4) {
          weightedSum<v128>(o + (<usize>rest << 2), w, rows + (<usize>rest << 2), stride, n);
        }
      }
      for (; rest < K; rest++) weightedSum<f32>(o + (<usize>rest << 2), w, rows + (<usize>rest << 2), stride, n);
    }
    M -= count;
    out += <usize>count * outStride;
    weights += <usize>count * weightStride;
  }
}
