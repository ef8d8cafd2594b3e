// Prepares int7 weights, those in -64 ... 63, for the dot product of relaxed SIMD (kernels/matmul-int7.ts). This happens once, when a
// model has been loaded, and only if all of its quantized weights fit. Otherwise the model runs as in the simd build. So does every
// model if the instruction fails its test.

import { INT4_TABLE_BYTES } from "../kernels/matmul-int4";
import { add64, packInt7 } from "../kernels/matmul-int7";
import { Linear } from "./product";
import { Scratch } from "./scratch";

/** Whether all of n int8 lie in -64..63. */
function fitsInt7(w: usize, n: i32): bool {
  const offset = i8x16.splat(64);
  let all = i8x16.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) all = v128.or(all, i8x16.add(v128.load(w + i), offset));
  for (; i < n; i++) all = v128.or(all, i8x16.splat(load<i8>(w + i) + 64));
  return i8x16.bitmask(all) == 0;
}

/**
 * Whether the relaxed dot product is computed right. V8 before 12, which has it behind a flag, adds twice in code that is not yet
 * optimized. room[16] f32 is scratch: operands that come from memory are not computed in advance.
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

/** Prepares the weights of linears[count], addresses of Linear records, for relaxed SIMD if they all fit. */
export function useInt7(linears: usize, count: i32, s: Scratch): void {
  const end = linears + (<usize>count << 2);
  if (!dotWorks(s.quantized)) return;
  for (let at = linears; at < end; at += 4) {
    const l = changetype<Linear>(load<usize>(at));
    if (l.scales && !l.groups && !fitsInt7(l.weight, l.outputs * l.inputs)) return;
  }
  for (let at = linears; at < end; at += 4) {
    const l = changetype<Linear>(load<usize>(at));
    if (l.scales && !l.groups) packInt7(l.weight, l.outputs, l.inputs, s.quantized);
  }
  if (s.int4) add64(s.int4, INT4_TABLE_BYTES);
  s.int7 = 1;
}
