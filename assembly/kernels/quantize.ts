// Quantization of activations with one scale per row, found at run time; and dequantization of rows of a table.

import { SIMD } from "../target/build";
import { abs, loadLanes, max, mul, splat } from "../target/lanes";
import { roundedInteger, roundedLanes, storeRounded } from "../target/rounding";

/** Bytes of a quantized row of T: whole vectors, the rest zeros, so that the product's loop needs no tail. */
// @ts-ignore: decorator
@inline export function quantizedBytes<T>(K: i32): usize {
  return (<usize>K * sizeof<T>() + 15) & ~15;
}

// All bits of a float except its sign.
const MAGNITUDE = memory.data<u32>([0x7fffffff]);

// @ts-ignore: decorator
@inline function largerMagnitude(b: v128, x: usize, magnitude: v128): v128 {
  return max<v128>(b, v128.and(loadLanes<v128>(x), magnitude));
}

/** Four vectors of running maxima, so that none waits for another; a maximum does not depend on order. */
function largestMagnitude(x: usize, n: i32): f32 {
  let best: f32 = 0;
  let i = 0;
  if (SIMD) {
    const magnitude = v128.load32_splat(MAGNITUDE);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; i + 16 <= n; i += 16) {
      const p = x + (<usize>i << 2);
      a = largerMagnitude(a, p, magnitude);
      b = largerMagnitude(b, p + 16, magnitude);
      c = largerMagnitude(c, p + 32, magnitude);
      d = largerMagnitude(d, p + 48, magnitude);
    }
    for (; i + 4 <= n; i += 4) a = largerMagnitude(a, x + (<usize>i << 2), magnitude);
    b = max<v128>(max<v128>(a, b), max<v128>(c, d));
    best = max<f32>(
      max<f32>(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1)),
      max<f32>(f32x4.extract_lane(b, 2), f32x4.extract_lane(b, 3)),
    );
  }
  for (; i < n; i++) best = max<f32>(best, abs<f32>(load<f32>(x + (<usize>i << 2))));
  return best;
}

/** 127 over the largest magnitude of a row, whose scale it stores. */
// @ts-ignore: decorator
@inline function inverseScale(scale: usize, x: usize, K: i32): f32 {
  const largest = largestMagnitude(x, K);
  store<f32>(scale, largest / 127);
  // Below 1e-30 the quotient may overflow; such a row is zero for every purpose.
  return largest > 1e-30 ? <f32>127 / largest : 0;
}

/**
 * q[M][K] = round-half-even(x[M][K] * 127 / max |row|), scales[M] = max |row| / 127; rows are quantizedBytes<i16>(K) apart.
 * The values lie in -127..127 but are stored as i16, the form in which the product multiplies them: widened once here
 * instead of once per tile there.
 */
export function quantizeRows(q: usize, scales: usize, x: usize, M: i32, K: i32): void {
  const stride = quantizedBytes<i16>(K);
  for (let m = 0; m < M; m++) {
    const inverse = inverseScale(scales + (<usize>m << 2), x, K);
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

/** Four values of x times s, rounded, as i32. */
// @ts-ignore: decorator
@inline function rounded(x: usize, s: v128): v128 {
  return roundedLanes(mul<v128>(loadLanes<v128>(x), s));
}

/**
 * The same values as int8, rows quantizedBytes<i8>(K) apart, and sums[M] = -64 times the sum of each row: for products with
 * weights that have 64 added to them (matmulInt7). Only builds with SIMD have those.
 */
export function quantizeRowsWithSums(q: usize, scales: usize, sums: usize, x: usize, M: i32, K: i32): void {
  const stride = quantizedBytes<i8>(K);
  for (let m = 0; m < M; m++) {
    const inverse = inverseScale(scales + (<usize>m << 2), x, K);
    const s = f32x4.splat(inverse);
    let totals = i32x4.splat(0);
    let i = 0;
    for (; i + 16 <= K; i += 16) {
      const p = x + (<usize>i << 2);
      const a = rounded(p, s);
      const b = rounded(p + 16, s);
      const c = rounded(p + 32, s);
      const d = rounded(p + 48, s);
      v128.store(q + i, i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
      totals = i32x4.add(totals, i32x4.add(i32x4.add(a, b), i32x4.add(c, d)));
    }
    let total = i32x4.extract_lane(totals, 0) + i32x4.extract_lane(totals, 1);
    total += i32x4.extract_lane(totals, 2) + i32x4.extract_lane(totals, 3);
    for (; i < K; i++) {
      const value = roundedInteger(mul<f32>(load<f32>(x + (<usize>i << 2)), inverse));
      store<i8>(q + i, <i8>value);
      total += value;
    }
    // A fill of zero bytes would still be a call into the runtime.
    if (<usize>K < stride) memory.fill(q + K, 0, stride - K);
    store<i32>(sums + (<usize>m << 2), -64 * total);
    x += <usize>K << 2;
    q += stride;
  }
}

/** out[n] = float(q[n]) * scale, of int8 values: a row of a quantized table. */
export function dequantizeRow(out: usize, q: usize, scale: f32, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(out + (<usize>i << 2), <f32>load<i8>(q + i) * scale);
}
