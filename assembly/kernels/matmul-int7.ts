// The product of matmul-int8.ts for int7 weights, in builds with relaxed SIMD.
//
// Relaxed SIMD has a product of sixteen columns in one instruction (vpdpbusd of AVX-VNNI, sdot of ARM). Its result is the same everywhere if
// one operand is in 0..127. So weights have 64 added to them at load (layers/int7.ts), and each sum starts at -64 times
// the sum of its row's activations: same sums, to the bit, at 173 to 240 GOP/s instead of 73 to 88 for the shapes of the shipped
// models and the base size, from the cache (V8 13.6, one Zen 5 core of a busy machine, best of interleaved runs). Without AVX-VNNI
// it is about as fast as the other.
//
// The instruction sums four columns into each of four lanes. Weights are packed at load so that the lanes are outputs: panels
// [K / 4][8 outputs][4 columns], beside which four columns of a row of activations stand in every lane. So nothing is summed across
// lanes, and weights are read from one end to the other: against two outputs at a time from row-major weights, which were
// summed across lanes in the end, 1.2 x as fast for K = 128, 1.4 x for K = 64, and 1.25 x for a model larger than the caches.

import { quantizedBytes } from "./quantize";
import { QuantizedProduct } from "./quantized-product";

/** Outputs of a panel. */
// @ts-ignore: decorator
@inline const PANEL: i32 = 8;

/**
 * How far ahead of the weights in use one byte of each vector pair is read, so that they are on their way from memory: K=512
 * N=2048, five rows, 64 MB of weights, GOP/s: nothing 68, 384 bytes 194, 512 163, 1024 188, 2048 177, 4096 152; from the cache 228.
 */
// @ts-ignore: decorator
@inline export const READ_AHEAD: usize = 1024;

/**
 * Weights that stay in the second-level cache while five rows after five pass over them. Where rows passed panel by panel, the
 * processor lost track of where it should read ahead: ten rows of a model larger than the caches, K=512 N=2048, GOP/s: panel by panel
 * 147, blocks of 32 KB 178, 128 KB 191, 512 KB 201; forty rows 183, 209, 219, 222. Smaller second-level caches decide for 128 KB.
 */
// @ts-ignore: decorator
@inline const BLOCK_BYTES: i32 = 131072;

/** Panels of a product. The remaining outputs stay row-major, and so do all if K is not a multiple of four. */
// @ts-ignore: decorator
@inline export function panels(N: i32, K: i32): i32 {
  return K & 3 ? 0 : N / PANEL;
}

/** Bytes from one block of four columns to the next. */
// @ts-ignore: decorator
@inline const BLOCK: usize = 4 * PANEL;

/** Sixteen columns of four outputs, a vector each, to their places in four successive blocks of a panel. */
// @ts-ignore: decorator
@inline export function storeColumns(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(out, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(out + BLOCK, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out + 2 * BLOCK, v128.shuffle<i32>(AB, CD, 0, 1, 4, 5));
  v128.store(out + 3 * BLOCK, v128.shuffle<i32>(AB, CD, 2, 3, 6, 7));
}

/** out[K / 4][8][4] = rows[8][K], in blocks of four columns. */
function packPanel(out: usize, rows: usize, K: i32): void {
  const width = <usize>K;
  for (let n = 0; n < PANEL; n += 4) {
    let k = 0;
    for (; k + 16 <= K; k += 16) {
      const r = rows + k;
      const a = v128.load(r);
      const b = v128.load(r + width);
      const c = v128.load(r + 2 * width);
      storeColumns(out + <usize>(k * PANEL + 4 * n), a, b, c, v128.load(r + 3 * width));
    }
    for (; k < K; k += 4) {
      for (let i = 0; i < 4; i++) {
        store<i32>(out + <usize>(k * PANEL + 4 * (n + i)), load<i32>(rows + <usize>i * width + k));
      }
    }
    rows += 4 * width;
  }
}

/** w[n] += 64. */
export function add64(w: usize, n: i32): void {
  const offset = i8x16.splat(64);
  let i = 0;
  for (; i + 16 <= n; i += 16) v128.store(w + i, i8x16.add(v128.load(w + i), offset));
  for (; i < n; i++) store<i8>(w + i, load<i8>(w + i) + 64);
}

/** Packs w[N][K], int8 in -64..63, in place for matmulInt7; room[8 K] is scratch. */
export function packInt7(w: usize, N: i32, K: i32, room: usize): void {
  add64(w, N * K);
  for (let left = panels(N, K); left > 0; left--) {
    memory.copy(room, w, <usize>(PANEL * K));
    packPanel(w, room, K);
    w += <usize>(PANEL * K);
  }
}

// @ts-ignore: decorator
@inline function dot(acc: v128, activations: v128, weights: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(activations, weights, acc);
}

/** The epilogue of a row: float(acc) * (row scale * weight scale) + bias. */
// @ts-ignore: decorator
@inline function finish(out: usize, a: v128, b: v128, scale: usize, ws: usize, bias: usize): void {
  const s = v128.load32_splat(scale);
  const x = f32x4.mul(f32x4.convert_i32x4_s(a), f32x4.mul(s, v128.load(ws)));
  const y = f32x4.mul(f32x4.convert_i32x4_s(b), f32x4.mul(s, v128.load(ws, 16)));
  v128.store(out, f32x4.add(x, bias ? v128.load(bias) : f32x4.splat(0)));
  v128.store(out, f32x4.add(y, bias ? v128.load(bias, 16) : f32x4.splat(0)), 16);
}

/** A panel on `rows` rows. `rows` is a compile-time constant; code for missing rows is removed. */
// @ts-ignore: decorator
@inline function tile(
  rows: i32,
  out: usize,
  outStride: usize,
  q: usize,
  scales: usize,
  sums: usize,
  w: usize,
  ws: usize,
  bias: usize,
  K: i32,
): void {
  const stride = quantizedBytes<i8>(K);
  let q1 = q + stride;
  let q2 = q + 2 * stride;
  let q3 = q + 3 * stride;
  let q4 = q + 4 * stride;
  let a0 = v128.load32_splat(sums);
  let a1 = rows > 1 ? v128.load32_splat(sums, 4) : a0;
  let a2 = rows > 2 ? v128.load32_splat(sums, 8) : a0;
  let a3 = rows > 3 ? v128.load32_splat(sums, 12) : a0;
  let a4 = rows > 4 ? v128.load32_splat(sums, 16) : a0;
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let b4 = a4;
  for (const end = q + K; q < end; q += 4, w += BLOCK) {
    load<u8>(w, READ_AHEAD);
    const a = v128.load(w);
    const b = v128.load(w, 16);
    const x0 = v128.load32_splat(q);
    a0 = dot(a0, x0, a);
    b0 = dot(b0, x0, b);
    if (rows > 1) {
      const x1 = v128.load32_splat(q1);
      a1 = dot(a1, x1, a);
      b1 = dot(b1, x1, b);
      q1 += 4;
    }
    if (rows > 2) {
      const x2 = v128.load32_splat(q2);
      a2 = dot(a2, x2, a);
      b2 = dot(b2, x2, b);
      q2 += 4;
    }
    if (rows > 3) {
      const x3 = v128.load32_splat(q3);
      a3 = dot(a3, x3, a);
      b3 = dot(b3, x3, b);
      q3 += 4;
    }
    if (rows > 4) {
      const x4 = v128.load32_splat(q4);
      a4 = dot(a4, x4, a);
      b4 = dot(b4, x4, b);
      q4 += 4;
    }
  }
  finish(out, a0, b0, scales, ws, bias);
  if (rows > 1) finish(out + outStride, a1, b1, scales + 4, ws, bias);
  if (rows > 2) finish(out + 2 * outStride, a2, b2, scales + 8, ws, bias);
  if (rows > 3) finish(out + 3 * outStride, a3, b3, scales + 12, ws, bias);
  if (rows > 4) finish(out + 4 * outStride, a4, b4, scales + 16, ws, bias);
}

/** `count` panels from output n on, one after the other, on rows m ... m + rows. `rows` is a compile-time constant. */
// @ts-ignore: decorator
@inline function strip(rows: i32, p: QuantizedProduct, m: i32, n: i32, count: i32): void {
  const K = p.K;
  const outStride = p.outStride;
  const row = <usize>m << 2;
  const output = <usize>n << 2;
  const q = p.q + <usize>m * quantizedBytes<i8>(K);
  const scales = p.scales + row;
  const sums = p.sums + row;
  let out = p.out + <usize>m * outStride + output;
  let w = p.w + <usize>(n * K);
  let ws = p.weightScales + output;
  let bias = p.bias ? p.bias + output : 0;
  for (; count > 0; count--) {
    tile(rows, out, outStride, q, scales, sums, w, ws, bias, K);
    out += 4 * PANEL;
    w += <usize>(PANEL * K);
    ws += 4 * PANEL;
    if (bias) bias += 4 * PANEL;
  }
}

/** `count` panels from output n on, on every row. Five rows take seven loads for ten products; one row, three for two. */
function block(p: QuantizedProduct, n: i32, count: i32): void {
  const M = p.M;
  for (let m = 0; m < M; ) {
    const left = M - m;
    const rows = left == 6 ? 3 : min(left, 5);
    if (rows == 5) strip(5, p, m, n, count);
    else if (rows == 4) strip(4, p, m, n, count);
    else if (rows == 3) strip(3, p, m, n, count);
    else if (rows == 2) strip(2, p, m, n, count);
    else strip(1, p, m, n, count);
    m += rows;
  }
}

/** Output n of every row, of row-major weights. */
function column(p: QuantizedProduct, n: i32): void {
  const K = p.K;
  const at = <usize>n << 2;
  const w = p.w + <usize>(n * K);
  const ws = load<f32>(p.weightScales + at);
  const bias: f32 = p.bias ? load<f32>(p.bias + at) : 0;
  let out = p.out + at;
  let q = p.q;
  let scales = p.scales;
  let sums = p.sums;
  for (let M = p.M; M > 0; M--, out += p.outStride, scales += 4, sums += 4) {
    let acc = v128.load32_zero(sums);
    let v = w;
    for (const end = q + quantizedBytes<i8>(K); q < end; q += 16, v += 16) acc = dot(acc, v128.load(q), v128.load(v));
    const total =
      i32x4.extract_lane(acc, 0) + i32x4.extract_lane(acc, 1) + i32x4.extract_lane(acc, 2) + i32x4.extract_lane(acc, 3);
    store<f32>(out, <f32>total * (load<f32>(scales) * ws) + bias);
  }
}

/**
 * The product of weights that packInt7 has packed. Reads up to 15 bytes after the last row-major output and READ_AHEAD bytes after
 * the last panel, and ignores their values.
 */
export function matmulInt7(p: QuantizedProduct): void {
  const packed = PANEL * panels(p.N, p.K);
  const most = max(1, BLOCK_BYTES / (PANEL * p.K)) * PANEL;
  let n = 0;
  for (; n < packed; n += most) block(p, n, min(most, packed - n) / PANEL);
  for (n = packed; n < p.N; n++) column(p, n);
}
