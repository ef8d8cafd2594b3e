// Sums and means of whole vectors.

import { SIMD } from "../target/build";
import { add, loadLanes, mul, splat, storeLanes } from "../target/lanes";

// @ts-ignore: decorator
@inline function addAt<V>(out: usize, a: usize, b: usize): void {
  storeLanes<V>(out, add<V>(loadLanes<V>(a), loadLanes<V>(b)));
}

/** out[n] = a[n] + b[n]; out may be a or b. */
export function addVectors(out: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) {
      const o = <usize>i << 2;
      addAt<v128>(out + o, a + o, b + o);
    }
  }
  for (; i < n; i++) {
    const o = <usize>i << 2;
    addAt<f32>(out + o, a + o, b + o);
  }
}

// @ts-ignore: decorator
@inline function addScaledAt<V>(x: usize, b: usize, scale: f32): void {
  storeLanes<V>(x, add<V>(loadLanes<V>(x), mul<V>(splat<V>(scale), loadLanes<V>(b))));
}

/** x[n] += scale * b[n]. */
export function addScaled(x: usize, b: usize, scale: f32, n: i32): void {
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) addScaledAt<v128>(x + (<usize>i << 2), b + (<usize>i << 2), scale);
  }
  for (; i < n; i++) addScaledAt<f32>(x + (<usize>i << 2), b + (<usize>i << 2), scale);
}

/** x[M][N] += b[N] on every row. */
export function addToRows(x: usize, b: usize, M: i32, N: i32): void {
  for (let m = 0; m < M; m++) addVectors(x + (<usize>(m * N) << 2), x + (<usize>(m * N) << 2), b, N);
}

// @ts-ignore: decorator
@inline function meanAt<V>(out: usize, x: usize, M: i32, stride: usize, scale: f32): void {
  let s = loadLanes<V>(x);
  for (let m = 1; m < M; m++) {
    x += stride;
    s = add<V>(s, loadLanes<V>(x));
  }
  storeLanes<V>(out, mul<V>(s, splat<V>(scale)));
}

/** out[N] = mean over the M rows of x[M][N], rows added in order. */
export function meanOfRows(out: usize, x: usize, M: i32, N: i32): void {
  const stride = <usize>N << 2;
  const scale: f32 = <f32>1 / <f32>M;
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= N; i += 4) meanAt<v128>(out + (<usize>i << 2), x + (<usize>i << 2), M, stride, scale);
  }
  for (; i < N; i++) meanAt<f32>(out + (<usize>i << 2), x + (<usize>i << 2), M, stride, scale);
}
