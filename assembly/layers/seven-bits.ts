// Weights of seven bits, -64 to 63, can take the dot product of relaxed SIMD if they are readied for it (kernels/matmul-int7.ts): what is
// done here once, when a model has been loaded, if all of its quantized weights are that narrow. Others run as in the simd build,
// and so does everything where the instruction does not compute what it should.

import { add64, packInt7 } from "../kernels/matmul-int7";
import { Linear } from "./product";
import { Scratch } from "./scratch";

/** Bytes of the table of weights of four bits (src/model/int4.ts). */
// @ts-ignore: decorator
@inline const TABLE_BYTES: i32 = 128 * 16;

/** Whether all of n int8 lie in -64..63. */
function areNarrow(w: usize, n: i32): bool {
  const offset = i8x16.splat(64);
  let all = i8x16.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) all = v128.or(all, i8x16.add(v128.load(w + i), offset));
  for (; i < n; i++) all = v128.or(all, i8x16.splat(load<i8>(w + i) + 64));
  return i8x16.bitmask(all) == 0;
}

/**
 * Whether the relaxed dot product adds once, with signs where they belong: V8 before 12, which has it behind a flag, adds twice in
 * code that is not optimized yet. room[16] f32 is scratch: operands that come from memory are not computed in advance.
 */
function dotWorks(room: usize): bool {
  for (let i = 0; i < 16; i++) {
    store<i8>(room + i, i & 1 ? -127 : 127 - <i8>i);
    store<i8>(room + 16 + i, 127 - <i8>(i >> 2));
    store<i32>(room + 32 + ((i >> 2) << 2), 1000 * (i >> 2));
  }
  const sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(room), v128.load(room + 16), v128.load(room + 32));
  v128.store(room + 48, sums);
  for (let lane = 0; lane < 4; lane++) {
    let sum = 1000 * lane;
    for (let i = 4 * lane; i < 4 * lane + 4; i++) sum += <i32>load<i8>(room + i) * <i32>load<i8>(room + 16 + i);
    if (load<i32>(room + 48 + (lane << 2)) != sum) return false;
  }
  return true;
}

/** Readies the weights of linears[count], addresses of Linear records, for relaxed SIMD if they are all narrow. */
export function useSevenBits(linears: usize, count: i32, s: Scratch): void {
  const end = linears + (<usize>count << 2);
  if (!dotWorks(s.quantized)) return;
  for (let at = linears; at < end; at += 4) {
    const l = changetype<Linear>(load<usize>(at));
    if (l.scales && !l.groups && !areNarrow(l.weight, l.outputs * l.inputs)) return;
  }
  for (let at = linears; at < end; at += 4) {
    const l = changetype<Linear>(load<usize>(at));
    if (l.scales && !l.groups) packInt7(l.weight, l.outputs, l.inputs, s.quantized);
  }
  if (s.int4) add64(s.int4, TABLE_BYTES);
  s.sevenBits = 1;
}
