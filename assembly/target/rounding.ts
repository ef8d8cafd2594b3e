// Rounding to integers, and powers of two, in one or four lanes.
// @ts-nocheck: editors cannot tell v128 from f32 by a type argument; asc can.

import { add, constant, sub } from "./lanes";

// 1.5 * 2^23: added to x with |x| < 2^22, it leaves the nearest integer, ties to even, in the low bits of the mantissa. All
// rounding here uses that sum, which is called raised.
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
