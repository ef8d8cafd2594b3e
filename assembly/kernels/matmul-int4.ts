// A product (quantized-product.ts) of int4 weights: each stands for one of sixteen levels, and 32 of a row share a scale.
//
// Eight rows at a time are unpacked to int8 into scratch that stays in the first-level cache, and the int8 product reads them there.
// So a weight is unpacked once for all rows of activations, and the result has the bits of the int8 model with those weights.
//
// The host makes a table of 2 KB (src/model/int4.ts) with the values of the sixteen codes at each of 128 scales; a shuffle by the codes
// looks them up. Multiplying levels by scales in registers took three times the instructions, and made a step of the base size half
// as long again.

import { RELAXED, SIMD } from "../target/build";
import { matmulInt7, storeColumns } from "./matmul-int7";
import { fetchAhead, matmulInt8 } from "./matmul-int8";
import { QuantizedProduct } from "./quantized-product";

/** Weights that share a scale: 16 bytes, weight i in the low half of byte i, weight 16 + i in its high half. */
// @ts-ignore: decorator
@inline export const INT4_GROUP: i32 = 32;
// @ts-ignore: decorator
@inline const GROUP_BYTES: usize = INT4_GROUP / 2;

/** Scales of a group, 0 ... 127, and bytes of the table of the sixteen codes' values at each scale. */
// @ts-ignore: decorator
@inline export const INT4_SCALES: i32 = 128;
// @ts-ignore: decorator
@inline export const INT4_TABLE_BYTES: i32 = INT4_SCALES * 16;

/** Rows unpacked at a time: the host gives room for them. */
// @ts-ignore: decorator
@inline export const UNPACKED_ROWS: i32 = 8;

/** 15 in every byte. It comes from memory because V8 rebuilds a literal at each use. */
const LOW_HALVES = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);

/** The values of codes 0 to 15. */
// @ts-ignore: decorator
@inline function lookUp(values: v128, codes: v128): v128 {
  return RELAXED ? i8x16.relaxed_swizzle(values, codes) : i8x16.swizzle(values, codes);
}

/** out[count][32], int8, of `count` groups w and their scales; table[128][16] holds the value of each code at each scale. */
export function unpackInt4(out: usize, w: usize, scales: usize, table: usize, count: i32): void {
  const end = scales + count;
  if (SIMD) {
    const low = v128.load(LOW_HALVES);
    for (; scales < end; scales++, w += GROUP_BYTES, out += INT4_GROUP) {
      const values = v128.load(table + (<usize>load<u8>(scales) << 4));
      const codes = v128.load(w);
      v128.store(out, lookUp(values, v128.and(codes, low)));
      v128.store(out + GROUP_BYTES, lookUp(values, v128.and(i16x8.shr_u(codes, 4), low)));
    }
    return;
  }
  for (; scales < end; scales++, w += GROUP_BYTES, out += INT4_GROUP) {
    const values = table + (<usize>load<u8>(scales) << 4);
    for (let i: usize = 0; i < GROUP_BYTES; i++) {
      const codes = <usize>load<u8>(w + i);
      store<i8>(out + i, load<i8>(values + (codes & 15)));
      store<i8>(out + i + GROUP_BYTES, load<i8>(values + (codes >> 4)));
    }
  }
}

/** Bytes of a group's columns in a panel of matmulInt7. */
// @ts-ignore: decorator
@inline const PANEL_BYTES: usize = UNPACKED_ROWS * INT4_GROUP;

/** A panel of matmulInt7, out[K / 4][8][4], of eight rows of `groupsOfRow` groups each. */
function unpackPanel(out: usize, w: usize, scales: usize, table: usize, groupsOfRow: i32): void {
  const row = <usize>groupsOfRow * GROUP_BYTES;
  const low = v128.load(LOW_HALVES);
  for (let n = 0; n < UNPACKED_ROWS; n += 4, out += 16) {
    let to = out;
    for (const end = scales + groupsOfRow; scales < end; scales++, w += GROUP_BYTES, to += PANEL_BYTES) {
      const ta = v128.load(table + (<usize>load<u8>(scales) << 4));
      const tb = v128.load(table + (<usize>load<u8>(scales + groupsOfRow) << 4));
      const tc = v128.load(table + (<usize>load<u8>(scales + 2 * groupsOfRow) << 4));
      const td = v128.load(table + (<usize>load<u8>(scales + 3 * groupsOfRow) << 4));
      const a = v128.load(w);
      const b = v128.load(w + row);
      const c = v128.load(w + 2 * row);
      const d = v128.load(w + 3 * row);
      storeColumns(
        to,
        lookUp(ta, v128.and(a, low)),
        lookUp(tb, v128.and(b, low)),
        lookUp(tc, v128.and(c, low)),
        lookUp(td, v128.and(d, low)),
      );
      storeColumns(
        to + PANEL_BYTES / 2,
        lookUp(ta, v128.and(i16x8.shr_u(a, 4), low)),
        lookUp(tb, v128.and(i16x8.shr_u(b, 4), low)),
        lookUp(tc, v128.and(i16x8.shr_u(c, 4), low)),
        lookUp(td, v128.and(i16x8.shr_u(d, 4), low)),
      );
    }
    scales += 3 * groupsOfRow;
    w += 3 * row;
  }
}

/**
 * The product of the weights that unpackInt4 makes of p.w [N][K / 2] and groups [N][K / 32]; K is a multiple of 32. `unpacked` is
 * scratch: UNPACKED_ROWS rows of K bytes. Changes p.
 */
export function matmulInt4(p: QuantizedProduct, groups: usize, table: usize, unpacked: usize): void {
  const groupsOfRow = p.K / INT4_GROUP;
  const isInt7 = RELAXED && p.sums;
  let w = p.w;
  p.w = unpacked;
  for (let left = p.N; left > 0; left -= UNPACKED_ROWS) {
    const rows = min(UNPACKED_ROWS, left);
    const count = rows * groupsOfRow;
    if (RELAXED && isInt7 && rows == UNPACKED_ROWS) unpackPanel(unpacked, w, groups, table, groupsOfRow);
    else unpackInt4(unpacked, w, groups, table, count);
    w += <usize>count * GROUP_BYTES;
    groups += count;
    const next = min(UNPACKED_ROWS, left - rows) * groupsOfRow;
    if (SIMD) fetchAhead(w, <usize>next * GROUP_BYTES);
    p.N = rows;
    if (RELAXED && isInt7) matmulInt7(p);
    else matmulInt8(p);
    p.out += <usize>rows << 2;
    p.weightScales += <usize>rows << 2;
    if (p.bias) p.bias += <usize>rows << 2;
  }
}
