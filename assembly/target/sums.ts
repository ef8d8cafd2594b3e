// Sums, in the same order in every build: four partial sums, lane i of the elements i, i + 4, i + 8, ...; a remainder of fewer
// than four is added one by one at the end.

import { SIMD } from "./build";

/** (l0 + l2) + (l1 + l3): the order in which every sum joins its four partial sums. */
// @ts-ignore: decorator
@inline export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 2) + (f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 3))
  );
}

/** Sum of n values. */
export function sum(x: usize, n: i32): f32 {
  const end = x + (<usize>(n & ~3) << 2);
  let total: f32;
  if (SIMD) {
    let s = f32x4.splat(0);
    for (; x + 64 <= end; x += 64) {
      s = f32x4.add(s, v128.load(x));
      s = f32x4.add(s, v128.load(x, 16));
      s = f32x4.add(s, v128.load(x, 32));
      s = f32x4.add(s, v128.load(x, 48));
    }
    for (; x < end; x += 16) s = f32x4.add(s, v128.load(x));
    total = sumLanes(s);
  } else {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (; x < end; x += 16) {
      s0 += load<f32>(x);
      s1 += load<f32>(x, 4);
      s2 += load<f32>(x, 8);
      s3 += load<f32>(x, 12);
    }
    total = s0 + s2 + (s1 + s3);
  }
  for (let i = 0; i < (n & 3); i++) total += load<f32>(x + (<usize>i << 2));
  return total;
}

/** Dot product of two vectors of n values. */
export function dot(x: usize, y: usize, n: i32): f32 {
  const end = x + (<usize>(n & ~3) << 2);
  let total: f32;
  if (SIMD) {
    let s = f32x4.splat(0);
    for (; x + 64 <= end; x += 64, y += 64) {
      s = f32x4.add(s, f32x4.mul(v128.load(x), v128.load(y)));
      s = f32x4.add(s, f32x4.mul(v128.load(x, 16), v128.load(y, 16)));
      s = f32x4.add(s, f32x4.mul(v128.load(x, 32), v128.load(y, 32)));
      s = f32x4.add(s, f32x4.mul(v128.load(x, 48), v128.load(y, 48)));
    }
    for (; x < end; x += 16, y += 16) s = f32x4.add(s, f32x4.mul(v128.load(x), v128.load(y)));
    total = sumLanes(s);
  } else {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (; x < end; x += 16, y += 16) {
      s0 += load<f32>(x) * load<f32>(y);
      s1 += load<f32>(x, 4) * load<f32>(y, 4);
      s2 += load<f32>(x, 8) * load<f32>(y, 8);
      s3 += load<f32>(x, 12) * load<f32>(y, 12);
    }
    total = s0 + s2 + (s1 + s3);
  }
  for (let i = 0; i < (n & 3); i++) total += load<f32>(x + (<usize>i << 2)) * load<f32>(y + (<usize>i << 2));
  return total;
}
