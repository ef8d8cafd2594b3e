// Depthwise convolution over tokens: every channel has a filter of its own and sees no other channel. Vectors hold neighbouring
// channels, so weights stand tap by tap; successive tokens share a walk over the taps, their rows sliding through registers.

import { SIMD } from "../target/build";
import { add, loadLanes, mul, storeLanes } from "../target/lanes";

/**
 * One V of `count` tokens. `count` is a compile-time constant; code for missing tokens is removed. Sums begin with the bias; taps
 * follow in order.
 */
// @ts-ignore: decorator
@inline function tile<V>(count: i32, out: usize, x: usize, taps: usize, bias: usize, stride: usize, kernel: i32): void {
  let s0 = loadLanes<V>(bias);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let x0 = loadLanes<V>(x);
  let x1 = count > 2 ? loadLanes<V>(x + stride) : x0;
  let x2 = count > 3 ? loadLanes<V>(x + 2 * stride) : x0;
  x += <usize>(count - 1) * stride;
  for (let k = 0; k < kernel; k++) {
    const tap = loadLanes<V>(taps);
    const last = loadLanes<V>(x);
    s0 = add<V>(s0, mul<V>(tap, count > 1 ? x0 : last));
    if (count > 1) {
      x0 = count > 2 ? x1 : last;
      s1 = add<V>(s1, mul<V>(tap, x0));
    }
    if (count > 2) {
      x1 = count > 3 ? x2 : last;
      s2 = add<V>(s2, mul<V>(tap, x1));
    }
    if (count > 3) {
      x2 = last;
      s3 = add<V>(s3, mul<V>(tap, x2));
    }
    taps += stride;
    x += stride;
  }
  storeLanes<V>(out, s0);
  if (count > 1) storeLanes<V>(out + stride, s1);
  if (count > 2) storeLanes<V>(out + 2 * stride, s2);
  if (count > 3) storeLanes<V>(out + 3 * stride, s3);
}

/** One V of all tokens. */
// @ts-ignore: decorator
@inline function strip<V>(out: usize, x: usize, taps: usize, bias: usize, stride: usize, M: i32, kernel: i32): void {
  for (; M >= 4; M -= 4) {
    tile<V>(4, out, x, taps, bias, stride, kernel);
    out += 4 * stride;
    x += 4 * stride;
  }
  if (M == 3) tile<V>(3, out, x, taps, bias, stride, kernel);
  else if (M == 2) tile<V>(2, out, x, taps, bias, stride, kernel);
  else if (M == 1) tile<V>(1, out, x, taps, bias, stride, kernel);
}

/** out[M][N] = bias[N] + the sum over k of taps[k][N] x[m + k][N], with taps[kernel][N] and x[M + kernel - 1][N]. */
export function depthwise(out: usize, x: usize, taps: usize, bias: usize, M: i32, N: i32, kernel: i32): void {
  const stride = <usize>N << 2;
  let o: usize = 0;
  if (SIMD) {
    for (const end = <usize>(N & ~3) << 2; o < end; o += 16) {
      strip<v128>(out + o, x + o, taps + o, bias + o, stride, M, kernel);
    }
  }
  for (; o < stride; o += 4) strip<f32>(out + o, x + o, taps + o, bias + o, stride, M, kernel);
}

/** Turns weights [N][kernel], as a model file holds them, into taps [kernel][N] in place; room[N][kernel] is scratch. */
export function transposeTaps(weights: usize, N: i32, kernel: i32, room: usize): void {
  memory.copy(room, weights, <usize>(N * kernel) << 2);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < kernel; k++) {
      store<f32>(weights + (<usize>(k * N + n) << 2), load<f32>(room + (<usize>(n * kernel + k) << 2)));
    }
  }
}
