// A product (quantized-product.ts) of int8 by int8 into int32, scaled back to f32 with a bias: most of a recognizer's time goes
// into it. M is small (1 to 32 rows), w is row-major as in the model file.
//
// A step of the loop takes eight columns: weights are widened to i16 as they are loaded, multiplied by i16 activations and
// summed in pairs (pmaddwd on x86). An int32 holds 133,000 products of 127 * 127, far more than any K. Builds with relaxed SIMD
// have a faster one for int7 weights: matmul-int7.ts.
//
// Tiles (rows x outputs), GOP/s in V8 11.3 on one Zen 5 core, K=512 N=2048, best of six interleaved runs:
// 4x2 91, 3x2 88, 2x4 86, 5x1 84, 2x2 83, 1x4 69, 4x3 58, 5x2 56, 3x3 50. With five accumulators more, or with two steps
// unrolled, V8 spills registers. So rows go in fours, and the rest as 3, 2, 3 + 2 or 1.

import { SIMD } from "../target/build";
import { quantizedBytes } from "./quantize";
import { QuantizedProduct } from "./quantized-product";

/** [sum of a's lanes, of b's, of c's, of d's]. */
// @ts-ignore: decorator
@inline function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** The epilogue: float(acc) * (row scale * weight scale) + bias. */
// @ts-ignore: decorator
@inline function rescale(acc: v128, rowScales: v128, weightScales: v128, bias: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(acc), f32x4.mul(rowScales, weightScales)), bias);
}

// @ts-ignore: decorator
@inline function dotStep(acc: v128, activations: v128, weights: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(activations, weights));
}

/** Two rows by two outputs, in the order r0n0, r0n1, r1n0, r1n1, to their two places. */
// @ts-ignore: decorator
@inline function storePair(out: usize, outStride: usize, x: v128): void {
  v128.store64_lane(out, x, 0);
  v128.store64_lane(out + outStride, x, 1);
}

/** [s0, s0, s1, s1] of two successive row scales. */
// @ts-ignore: decorator
@inline function pairScales(scales: usize): v128 {
  const s = v128.load64_zero(scales);
  return v128.shuffle<i32>(s, s, 0, 0, 1, 1);
}

/** Two outputs on four rows, or on three. `rows` is a compile-time constant; code for missing rows is removed. */
// @ts-ignore: decorator
@inline function tileOfTwo(
  rows: i32,
  out: usize,
  outStride: usize,
  q: usize,
  scales: usize,
  w: usize,
  ws: v128,
  b: v128,
  K: i32,
): void {
  const stride = quantizedBytes<i16>(K);
  let q0 = q;
  let q1 = q + stride;
  let q2 = q + 2 * stride;
  let q3 = q + 3 * stride;
  let w0 = w;
  let w1 = w + K;
  let c00 = i32x4.splat(0);
  let c01 = c00;
  let c10 = i32x4.splat(0);
  let c11 = c10;
  let c20 = i32x4.splat(0);
  let c21 = c20;
  let c30 = i32x4.splat(0);
  let c31 = c30;
  for (const end = q1; q0 < end; q0 += 16, q1 += 16, q2 += 16, w0 += 8, w1 += 8) {
    const x0 = v128.load8x8_s(w0);
    const x1 = v128.load8x8_s(w1);
    const y0 = v128.load(q0);
    c00 = dotStep(c00, y0, x0);
    c01 = dotStep(c01, y0, x1);
    const y1 = v128.load(q1);
    c10 = dotStep(c10, y1, x0);
    c11 = dotStep(c11, y1, x1);
    const y2 = v128.load(q2);
    c20 = dotStep(c20, y2, x0);
    c21 = dotStep(c21, y2, x1);
    if (rows == 4) {
      const y3 = v128.load(q3);
      c30 = dotStep(c30, y3, x0);
      c31 = dotStep(c31, y3, x1);
      q3 += 16;
    }
  }
  storePair(out, outStride, rescale(sumEach(c00, c01, c10, c11), pairScales(scales), ws, b));
  if (rows == 4) {
    storePair(out + 2 * outStride, outStride, rescale(sumEach(c20, c21, c30, c31), pairScales(scales + 8), ws, b));
  } else {
    const last = rescale(sumEach(c20, c21, c20, c21), v128.load32_splat(scales + 8), ws, b);
    v128.store64_lane(out + 2 * outStride, last, 0);
  }
}

function tile4x2(out: usize, outStride: usize, q: usize, scales: usize, w: usize, ws: v128, b: v128, K: i32): void {
  tileOfTwo(4, out, outStride, q, scales, w, ws, b, K);
}

function tile3x2(out: usize, outStride: usize, q: usize, scales: usize, w: usize, ws: v128, b: v128, K: i32): void {
  tileOfTwo(3, out, outStride, q, scales, w, ws, b, K);
}

/** Four outputs on two rows, or on one. `rows` is a compile-time constant. */
// @ts-ignore: decorator
@inline function tileOfFour(
  rows: i32,
  out: usize,
  outStride: usize,
  q: usize,
  scales: usize,
  w: usize,
  ws: v128,
  b: v128,
  K: i32,
): void {
  let q0 = q;
  let q1 = q + quantizedBytes<i16>(K);
  let w0 = w;
  let w1 = w + K;
  let w2 = w + 2 * K;
  let w3 = w + 3 * K;
  let c00 = i32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = i32x4.splat(0);
  let c11 = c10;
  let c12 = c10;
  let c13 = c10;
  for (const end = q1; q0 < end; q0 += 16, w0 += 8, w1 += 8, w2 += 8, w3 += 8) {
    const y0 = v128.load(q0);
    const y1 = rows == 2 ? v128.load(q1) : y0;
    const x0 = v128.load8x8_s(w0);
    c00 = dotStep(c00, y0, x0);
    if (rows == 2) c10 = dotStep(c10, y1, x0);
    const x1 = v128.load8x8_s(w1);
    c01 = dotStep(c01, y0, x1);
    if (rows == 2) c11 = dotStep(c11, y1, x1);
    const x2 = v128.load8x8_s(w2);
    c02 = dotStep(c02, y0, x2);
    if (rows == 2) c12 = dotStep(c12, y1, x2);
    const x3 = v128.load8x8_s(w3);
    c03 = dotStep(c03, y0, x3);
    if (rows == 2) {
      c13 = dotStep(c13, y1, x3);
      q1 += 16;
    }
  }
  v128.store(out, rescale(sumEach(c00, c01, c02, c03), v128.load32_splat(scales), ws, b));
  if (rows == 2) {
    v128.store(out + outStride, rescale(sumEach(c10, c11, c12, c13), v128.load32_splat(scales, 4), ws, b));
  }
}

/** Outputs n ... n + 4 of every row: weights of a panel (4 K bytes) stay in the first-level cache while the rows pass. */
function panel(p: QuantizedProduct, n: i32): void {
  const K = p.K;
  const outStride = p.outStride;
  const qStride = quantizedBytes<i16>(K);
  const at = <usize>n << 2;
  let out = p.out + at;
  let q = p.q;
  let scales = p.scales;
  const w = p.w + <usize>(n * K);
  const ws = v128.load(p.weightScales + at);
  const b = p.bias ? v128.load(p.bias + at) : f32x4.splat(0);
  const wPair = w + 2 * K;
  const wsLo = v128.shuffle<i32>(ws, ws, 0, 1, 0, 1);
  const wsHi = v128.shuffle<i32>(ws, ws, 2, 3, 2, 3);
  const bLo = v128.shuffle<i32>(b, b, 0, 1, 0, 1);
  const bHi = v128.shuffle<i32>(b, b, 2, 3, 2, 3);
  let M = p.M;
  while (M > 0) {
    let rows = 4;
    if (M >= 4 && M != 5) {
      tile4x2(out, outStride, q, scales, w, wsLo, bLo, K);
      tile4x2(out + 8, outStride, q, scales, wPair, wsHi, bHi, K);
    } else if (M >= 3) {
      rows = 3;
      tile3x2(out, outStride, q, scales, w, wsLo, bLo, K);
      tile3x2(out + 8, outStride, q, scales, wPair, wsHi, bHi, K);
    } else if (M == 2) {
      rows = 2;
      tileOfFour(2, out, outStride, q, scales, w, ws, b, K);
    } else {
      rows = 1;
      tileOfFour(1, out, outStride, q, scales, w, ws, b, K);
    }
    M -= rows;
    out += <usize>rows * outStride;
    q += <usize>rows * qStride;
    scales += <usize>rows << 2;
  }
}

/**
 * Reads a byte of every cache line, so that a panel is on its way while the one before it is computed: rows of a few hundred
 * bytes are too short for the processor to see where they lead. A model larger than the caches, K=512 N=2048, five rows, goes
 * from 46 to 70 GOP/s (75 from the cache) on one Zen 5 core; nothing changes where weights are in the cache or rows long.
 */
// @ts-ignore: decorator
@inline export function fetchAhead(w: usize, bytes: usize): void {
  for (const end = w + bytes; w < end; w += 64) load<u8>(w);
}

/** Sum of q[K] w[K]. */
// @ts-ignore: decorator
@inline function dotInt8(q: usize, w: usize, K: i32): i32 {
  if (SIMD) {
    let c = i32x4.splat(0);
    for (const end = q + quantizedBytes<i16>(K); q < end; q += 16, w += 8) c = dotStep(c, v128.load(q), v128.load8x8_s(w));
    c = i32x4.add(c, v128.shuffle<i32>(c, c, 2, 3, 0, 1));
    return i32x4.extract_lane(c, 0) + i32x4.extract_lane(c, 1);
  }
  let sum = 0;
  for (let k = 0; k < K; k++) sum += <i32>load<i16>(q + (<usize>k << 1)) * <i32>load<i8>(w + k);
  return sum;
}

/** Output n of every row: the scalar build, and outputs that fill no panel. */
function column(p: QuantizedProduct, n: i32): void {
  const K = p.K;
  const at = <usize>n << 2;
  const w = p.w + <usize>(n * K);
  const ws = load<f32>(p.weightScales + at);
  const b: f32 = p.bias ? load<f32>(p.bias + at) : 0;
  let out = p.out + at;
  let q = p.q;
  let scales = p.scales;
  for (let M = p.M; M > 0; M--, out += p.outStride, q += quantizedBytes<i16>(K), scales += 4) {
    store<f32>(out, <f32>dotInt8(q, w, K) * (load<f32>(scales) * ws) + b);
  }
}

/**
 * The product of int8 weights. The vector loop reads up to seven bytes past the last row of w and multiplies them by zero:
 * whoever places weights leaves them readable.
 */
export function matmulInt8(p: QuantizedProduct): void {
  const N = p.N;
  const panelBytes = <usize>(4 * p.K);
  let n = 0;
  if (SIMD) {
    for (; n + 4 <= N; n += 4) {
      if (n + 8 <= N) fetchAhead(p.w + <usize>((n + 4) * p.K), panelBytes);
      panel(p, n);
    }
  }
  for (; n < N; n++) column(p, n);
}
