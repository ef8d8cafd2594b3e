// out[M][N] = q[M][K] w[N][K]^T with weights of four bits: each stands for one of sixteen levels, each 32 of a row share a scale.
//
// A block of rows is unpacked to int8 in a small place that stays in the first-level cache, and the int8 product takes it from
// there: a weight is unpacked once for all rows of activations, the tiles are those of int8, and so are the bits of the result
// for the int8 model that the unpacked weights would make.
//
// The levels are those of least squared error for weights of trained matrices (Lloyd's algorithm over the groups of the commands
// model, made symmetric): 22.0 dB below the weights, against 21.3 for even steps from -8 to 7 and 20.4 for -7 to 7. The table lookup
// that they need costs what subtracting 8 would.

import { SIMD } from "../target";
import { fetchAhead, matmulInt8 } from "./matmul-int8";

/** Weights that share a scale: 16 bytes, weight i in the low half of byte i, weight 16 + i in its high half. */
// @ts-ignore: decorator
@inline const GROUP: i32 = 32;
// @ts-ignore: decorator
@inline const GROUP_BYTES: usize = 16;

/** Rows unpacked at a time: what the host gives room for (src/engine/scratch.ts). */
// @ts-ignore: decorator
@inline export const UNPACKED_ROWS: i32 = 16;

/** What a code stands for, in 128ths of its group's scale. */
const LEVELS = memory.data<i8>([-127, -99, -77, -60, -44, -30, -18, -6, 6, 18, 30, 44, 60, 77, 99, 127]);

/** Sixteen codes times a scale of 256 times the group's: (level * scale + 64) >> 7 as int8. */
// @ts-ignore: decorator
@inline function scaled(levels: v128, codes: v128, scale: v128): v128 {
  const values = i8x16.swizzle(levels, codes);
  return i8x16.narrow_i16x8_s(
    i16x8.q15mulr_sat_s(i16x8.extend_low_i8x16_s(values), scale),
    i16x8.q15mulr_sat_s(i16x8.extend_high_i8x16_s(values), scale),
  );
}

/** out[count][32] = round(level * scale / 128), int8, of `count` groups w and their scales of 0 to 127. */
export function unpackInt4(out: usize, w: usize, scales: usize, count: i32): void {
  const end = scales + count;
  if (SIMD) {
    const levels = v128.load(LEVELS);
    const low = i8x16.splat(15);
    for (; scales < end; scales++, w += GROUP_BYTES, out += GROUP) {
      const codes = v128.load(w);
      const scale = i16x8.splat(<i16>(<i32>load<i8>(scales) << 8));
      v128.store(out, scaled(levels, v128.and(codes, low), scale));
      v128.store(out + GROUP_BYTES, scaled(levels, v128.and(i16x8.shr_u(codes, 4), low), scale));
    }
    return;
  }
  for (; scales < end; scales++, out += GROUP) {
    const scale = <i32>load<i8>(scales);
    for (let i: usize = 0; i < GROUP_BYTES; i++, w++) {
      const codes = <usize>load<u8>(w);
      store<i8>(out + i, <i8>((<i32>load<i8>(LEVELS + (codes & 15)) * scale + 64) >> 7));
      store<i8>(out + i + GROUP_BYTES, <i8>((<i32>load<i8>(LEVELS + (codes >> 4)) * scale + 64) >> 7));
    }
  }
}

/**
 * As matmulInt8, of weights that unpackInt4 would make of w [N][K / 2] and groups [N][K / 32]; K is a multiple of 32.
 * `unpacked` is scratch: UNPACKED_ROWS rows of K bytes.
 */
export function matmulInt4(
  out: usize,
  outStride: usize,
  q: usize,
  scales: usize,
  w: usize,
  groups: usize,
  weightScales: usize,
  bias: usize,
  unpacked: usize,
  M: i32,
  N: i32,
  K: i32,
): void {
  const groupsOfRow = K / GROUP;
  for (let n = 0; n < N; n += UNPACKED_ROWS) {
    const rows = min(UNPACKED_ROWS, N - n);
    const count = rows * groupsOfRow;
    unpackInt4(unpacked, w, groups, count);
    w += <usize>count * GROUP_BYTES;
    groups += count;
    const next = min(UNPACKED_ROWS, N - n - rows) * groupsOfRow;
    if (SIMD) fetchAhead(w, <usize>next * GROUP_BYTES);
    const at = <usize>n << 2;
    matmulInt8(out + at, outStride, q, scales, unpacked, weightScales + at, bias ? bias + at : 0, M, rows, K);
  }
}
