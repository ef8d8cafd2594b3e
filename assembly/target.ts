// The one switch between builds, and the few operations that differ with it.
//
// Kernels are written once, over a lane type V: v128 holds four f32 lanes, f32 holds one. Both perform the same IEEE
// operations in the same order, so a kernel's vector body, its tail and the scalar build give the same bits.
// Sums keep four partial sums in every build: lane i takes the elements i, i+4, i+8, ...; a remainder of fewer than
// four is added one by one at the end. Knows nothing of shapes or models.

/** True in the build with 128-bit SIMD. */
// @ts-ignore: decorator
@inline export const SIMD: bool = ASC_FEATURE_SIMD;

/** True in the builds with the dot product of relaxed SIMD. */
// @ts-ignore: decorator
@inline export const RELAXED: bool = ASC_FEATURE_RELAXED_SIMD;

/** True in the builds for several threads. */
// @ts-ignore: decorator
@inline export const THREADS: bool = ASC_FEATURE_THREADS;

/** How many f32 values a V holds. */
// @ts-ignore: decorator
@inline export function lanes<V>(): i32 {
  return isVector<V>() ? 4 : 1;
}

// @ts-ignore: decorator
@inline export function loadLanes<V>(ptr: usize): V {
  if (isVector<V>()) return v128.load(ptr);
  return load<f32>(ptr);
}

// @ts-ignore: decorator
@inline export function storeLanes<V>(ptr: usize, x: V): void {
  if (isVector<V>()) v128.store(ptr, x);
  else store<f32>(ptr, x);
}

/** One value from each of `lanes<V>()` places, `stride` bytes apart. */
// @ts-ignore: decorator
@inline export function gatherLanes<V>(ptr: usize, stride: usize): V {
  if (isVector<V>()) {
    let x = v128.load32_zero(ptr);
    x = v128.load_lane<f32>(ptr + stride, x, 1);
    x = v128.load_lane<f32>(ptr + 2 * stride, x, 2);
    return v128.load_lane<f32>(ptr + 3 * stride, x, 3);
  }
  return load<f32>(ptr);
}

/** The reverse of gatherLanes. */
// @ts-ignore: decorator
@inline export function scatterLanes<V>(ptr: usize, stride: usize, x: V): void {
  if (isVector<V>()) {
    v128.store_lane<f32>(ptr, x, 0);
    v128.store_lane<f32>(ptr + stride, x, 1);
    v128.store_lane<f32>(ptr + 2 * stride, x, 2);
    v128.store_lane<f32>(ptr + 3 * stride, x, 3);
  } else store<f32>(ptr, x);
}

// @ts-ignore: decorator
@inline export function splat<V>(x: f32): V {
  if (isVector<V>()) return f32x4.splat(x);
  return x;
}

/**
 * Value i of a table of constants, in every lane. V8 makes the vector of a literal anew in each turn of a loop, in three
 * instructions; from memory it is one: GELU of 2,560 values takes 2.8 instead of 4.7 µs (V8 13.6, one Zen 5 core of a busy machine).
 */
// @ts-ignore: decorator
@inline export function constant<V>(table: usize, i: i32 = 0): V {
  if (isVector<V>()) return v128.load32_splat(table + (<usize>i << 2));
  return load<f32>(table + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline export function add<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.add(a, b);
  return a + b;
}

// @ts-ignore: decorator
@inline export function sub<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.sub(a, b);
  return a - b;
}

// @ts-ignore: decorator
@inline export function mul<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.mul(a, b);
  return a * b;
}

// @ts-ignore: decorator
@inline export function div<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.div(a, b);
  return a / b;
}

/** b < a ? b : a, the form that is one instruction on x86 (wasm's own min has to mind NaN and signed zeros). */
// @ts-ignore: decorator
@inline export function min<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.pmin(a, b);
  return b < a ? b : a;
}

/** a < b ? b : a. */
// @ts-ignore: decorator
@inline export function max<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.pmax(a, b);
  return a < b ? b : a;
}

// @ts-ignore: decorator
@inline export function abs<V>(x: V): V {
  if (isVector<V>()) return f32x4.abs(x);
  return NativeMathf.abs(x);
}

/** |x| with the sign of s. */
// @ts-ignore: decorator
@inline export function copySign<V>(x: V, s: V): V {
  if (isVector<V>()) return v128.bitselect(s, x, i32x4.splat(i32.MIN_VALUE));
  return copysign<f32>(x, s);
}

/** a < b ? x : y, lane by lane. */
// @ts-ignore: decorator
@inline export function selectLess<V>(a: V, b: V, x: V, y: V): V {
  if (isVector<V>()) return v128.bitselect(x, y, f32x4.lt(a, b));
  return a < b ? x : y;
}

// 1.5 * 2^23: added to x with |x| < 2^22, it leaves the nearest integer, ties to even, in the low bits of the mantissa. All that
// rounds goes through that sum, here called raised.
const RAISE = memory.data<f32>([12582912]);
const RAISE_BITS = memory.data<i32>([0x4b400000]);
const EXPONENT_BITS = memory.data<i32>([127 - 0x4b400000]);

// @ts-ignore: decorator
@inline export function raised<V>(x: V): V {
  return add<V>(x, constant<V>(RAISE));
}

/** The integer of a raised value, as f32. */
// @ts-ignore: decorator
@inline export function lowered<V>(x: V): V {
  return sub<V>(x, constant<V>(RAISE));
}

/** 2^n of a raised n in -126..127. */
// @ts-ignore: decorator
@inline export function exp2OfRaised<V>(x: V): V {
  if (isVector<V>()) return i32x4.shl(i32x4.add(x, v128.load32_splat(EXPONENT_BITS)), 23);
  return reinterpret<f32>((reinterpret<i32>(x) + load<i32>(EXPONENT_BITS)) << 23);
}

/** e of x = m * 2^e with sqrt(1/2) <= m < sqrt(2); x positive and normal. */
// @ts-ignore: decorator
@inline export function exponentOf<V>(x: V): V {
  const offset: i32 = 0x3f3504f3; // sqrt(1/2)
  if (isVector<V>()) return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.sub(x, i32x4.splat(offset)), 23));
  return f32((reinterpret<i32>(x) - offset) >> 23);
}

/** x rounded to integers, ties to even, for |x| < 2^22. */
// @ts-ignore: decorator
@inline export function roundedLanes(x: v128): v128 {
  return i32x4.sub(raised<v128>(x), v128.load32_splat(RAISE_BITS));
}

// @ts-ignore: decorator
@inline export function roundedInteger(x: f32): i32 {
  return reinterpret<i32>(raised<f32>(x)) - load<i32>(RAISE_BITS);
}

/** Stores x rounded, in -127..127, as i16: the activations of the int8 product. Two V for eight lanes, one for one. */
// @ts-ignore: decorator
@inline export function storeRounded<V>(ptr: usize, lo: V, hi: V): void {
  if (isVector<V>()) v128.store(ptr, i16x8.narrow_i32x4_s(roundedLanes(lo), roundedLanes(hi)));
  else store<i16>(ptr, <i16>roundedInteger(lo));
}

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
