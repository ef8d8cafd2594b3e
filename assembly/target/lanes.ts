// The operations of one or four f32 lanes: the few that differ between builds.
//
// Kernels are written once, over a lane type V: v128 holds four f32 lanes, f32 holds one. Both perform the same IEEE
// operations in the same order, so a kernel's vector body, its tail and the scalar build give the same bits.
// @ts-nocheck: editors cannot tell v128 from f32 by a type argument; asc can.

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
 * Value i of a table of constants, in every lane. V8 rebuilds a literal's vector in each iteration, with three instructions; a load
 * from memory is one: GELU of 2,560 values takes 2.8 instead of 4.7 µs (V8 13.6, one Zen 5 core of a busy machine).
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

/** b < a ? b : a. This form is one instruction on x86; wasm's own min treats NaN and signed zeros specially. */
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

/** e of x = m * 2^e with sqrt(1/2) <= m < sqrt(2); x positive and normal. */
// @ts-ignore: decorator
@inline export function exponentOf<V>(x: V): V {
  const offset: i32 = 0x3f3504f3; // sqrt(1/2)
  if (isVector<V>()) return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.sub(x, i32x4.splat(offset)), 23));
  return f32((reinterpret<i32>(x) - offset) >> 23);
}
