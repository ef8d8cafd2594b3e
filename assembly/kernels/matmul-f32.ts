// out[M][N] = x[M][K] w[N][K]^T + bias[N] in f32, for models kept in full precision and for parity.
// Every output is `dot` of a row and a weight row, its four partial sums in one vector; a tile shares the loads.

import { SIMD } from "../target/build";
import { gatherLanes } from "../target/lanes";
import { dot } from "../target/sums";

/** [sum of a's lanes, of b's, of c's, of d's], each as (l0 + l2) + (l1 + l3). */
// @ts-ignore: decorator
@inline function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline function dotStep(acc: v128, x: v128, w: v128): v128 {
  return f32x4.add(acc, f32x4.mul(x, w));
}

/** Adds the last K % 4 products of four outputs on one row, one by one as `dot` does. */
// @ts-ignore: decorator
@inline function addTail(acc: v128, x: usize, w: usize, wStride: usize, K: i32): v128 {
  for (let k = <usize>(K & ~3) << 2; k < <usize>K << 2; k += 4) {
    acc = dotStep(acc, v128.load32_splat(x + k), gatherLanes<v128>(w + k, wStride));
  }
  return acc;
}

/** Four outputs on `rows` rows. `rows` is a compile-time constant; code for missing rows is removed. */
// @ts-ignore: decorator
@inline function tile(
  rows: i32,
  out: usize,
  outStride: usize,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  b: v128,
  K: i32,
): void {
  let x0 = x;
  let x1 = x + xStride;
  let w0 = w;
  let w1 = w + wStride;
  let w2 = w + 2 * wStride;
  let w3 = w + 3 * wStride;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  for (const end = x + (<usize>(K & ~3) << 2); x0 < end; x0 += 16, w0 += 16, w1 += 16, w2 += 16, w3 += 16) {
    const y0 = v128.load(x0);
    const y1 = rows > 1 ? v128.load(x1) : y0;
    const z0 = v128.load(w0);
    c00 = dotStep(c00, y0, z0);
    if (rows > 1) c10 = dotStep(c10, y1, z0);
    const z1 = v128.load(w1);
    c01 = dotStep(c01, y0, z1);
    if (rows > 1) c11 = dotStep(c11, y1, z1);
    const z2 = v128.load(w2);
    c02 = dotStep(c02, y0, z2);
    if (rows > 1) c12 = dotStep(c12, y1, z2);
    const z3 = v128.load(w3);
    c03 = dotStep(c03, y0, z3);
    if (rows > 1) {
      c13 = dotStep(c13, y1, z3);
      x1 += 16;
    }
  }
  v128.store(out, f32x4.add(addTail(sumEach(c00, c01, c02, c03), x, w, wStride, K), b));
  if (rows > 1) {
    const sums = addTail(sumEach(c10, c11, c12, c13), x + xStride, w, wStride, K);
    v128.store(out + outStride, f32x4.add(sums, b));
  }
}

/** Four outputs on every row. */
function panel(
  out: usize,
  outStride: usize,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  b: v128,
  M: i32,
  K: i32,
): void {
  for (; M > 1; M -= 2, out += 2 * outStride, x += 2 * xStride) tile(2, out, outStride, x, xStride, w, wStride, b, K);
  if (M > 0) tile(1, out, outStride, x, xStride, w, wStride, b, K);
}

/** out[M][N] = x[M][K] w[N][K]^T + bias[N]; bias may be 0 (none). Strides are bytes from row to row. */
export function matmulF32(
  out: usize,
  outStride: usize,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  bias: usize,
  M: i32,
  N: i32,
  K: i32,
): void {
  if (SIMD && N >= 4) {
    for (let n = 0; n < N; n += 4) {
      // If N is not a multiple of four, the last tiles compute some earlier columns again, with the same result.
      const at = min(n, N - 4);
      const b = bias ? v128.load(bias + (<usize>at << 2)) : f32x4.splat(0);
      panel(out + (<usize>at << 2), outStride, x, xStride, w + <usize>at * wStride, wStride, b, M, K);
    }
    return;
  }
  for (let n = 0; n < N; n++) {
    const b: f32 = bias ? load<f32>(bias + (<usize>n << 2)) : 0;
    for (let m = 0; m < M; m++) {
      const y = dot(x + <usize>m * xStride, w + <usize>n * wStride, K);
      store<f32>(out + <usize>m * outStride + (<usize>n << 2), y + b);
    }
  }
}
