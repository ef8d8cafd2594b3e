// Quantization of activations, one scale per row found at run time, and the way back for rows of a quantized table.

import { SIMD, abs, loadLanes, max, mul, splat, storeRounded } from "../target";

/** Columns of a quantized row: K rounded up to eight, the rest zeros, so that the product's loop needs no tail. */
// @ts-ignore: decorator
@inline export function quantizedStride(K: i32): i32 {
  return (K + 7) & ~7;
}

function largestMagnitude(x: usize, n: i32): f32 {
  let best: f32 = 0;
  let i = 0;
  if (SIMD) {
    let b = f32x4.splat(0);
    for (; i + 4 <= n; i += 4) b = max<v128>(b, abs<v128>(loadLanes<v128>(x + (<usize>i << 2))));
    best = max<f32>(
      max<f32>(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1)),
      max<f32>(f32x4.extract_lane(b, 2), f32x4.extract_lane(b, 3)),
    );
  }
  for (; i < n; i++) best = max<f32>(best, abs<f32>(load<f32>(x + (<usize>i << 2))));
  return best;
}

/**
 * q[M][quantizedStride(K)] = round-half-even(x[M][K] * 127 / max |row|), scales[M] = max |row| / 127.
 * The values lie in -127..127 but are stored as i16, the form in which the product multiplies them: widened once here
 * instead of once per tile there.
 */
export function quantizeRows(q: usize, scales: usize, x: usize, M: i32, K: i32): void {
  const stride = <usize>quantizedStride(K) << 1;
  for (let m = 0; m < M; m++) {
    const largest = largestMagnitude(x, K);
    store<f32>(scales + (<usize>m << 2), largest / 127);
    // Below 1e-30 the quotient may overflow; such a row is zero for every purpose.
    const inverse: f32 = largest > 1e-30 ? <f32>127 / largest : 0;
    let i = 0;
    if (SIMD) {
      const s = f32x4.splat(inverse);
      for (; i + 8 <= K; i += 8) {
        const p = x + (<usize>i << 2);
        storeRounded<v128>(q + (<usize>i << 1), mul<v128>(loadLanes<v128>(p), s), mul<v128>(loadLanes<v128>(p + 16), s));
      }
    }
    for (; i < K; i++) {
      storeRounded<f32>(q + (<usize>i << 1), mul<f32>(load<f32>(x + (<usize>i << 2)), splat<f32>(inverse)), 0);
    }
    memory.fill(q + (<usize>K << 1), 0, stride - (<usize>K << 1));
    x += <usize>K << 2;
    q += stride;
  }
}

/** out[n] = float(q[n]) * scale, of int8 values: a row of a quantized table. */
export function dequantizeRow(out: usize, q: usize, scale: f32, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(out + (<usize>i << 2), <f32>load<i8>(q + i) * scale);
}
