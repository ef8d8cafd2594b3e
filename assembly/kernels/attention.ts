// Multi-head attention of a few queries over three runs of key/value rows: the memory bank, this step's rows, and the left context.
// A row holds key[d] then value[d], as the fused projection writes it. So caching a row is one copy, and nothing is transposed or
// joined. Softmax does not depend on the order of keys, except by rounding; the order is that in memory.
//
// Keys and values are f32 in int8 models too. Quantized by row and head and packed like int7 weights, they cost no words
// (log-probs of `commands` change by 0.25 %), and five queries over 35 keys take 1.9 instead of 2.7 µs (4 heads of 32) or 4.9
// instead of 9.9 (8 heads of 64): at best 5 and 2.5 % of a step, of which packing the step's own rows takes back half or more.

import { matmulF32 } from "./matmul-f32";
import { softmax } from "./softmax";
import { addScaled } from "./vector";
import { addWeightedRows } from "./weighted-rows";

/**
 * A learned bias of the scores by how many rows a key lies behind its query (relative position, Shaw et al., arXiv
 * 1803.02155, as the scalar of Raffel et al., arXiv 1910.10683). Without it, attention does not see the order of the keys.
 */
@unmanaged
export class RelativeBias {
  /** [heads][span] */
  table: usize;
  span: i32;
  /** Index of distance 0: a key `n` rows behind its query is at zero - n, one ahead at zero + n */
  zero: i32;
}

/**
 * Adds a head's bias to the scores of query `m`: first those of current rows, then those of past rows. Current rows are in order of
 * time, row 0 at the time of query 0. `past` is a ring that ends before row 0; its oldest row is `oldest`. Memory entries get no
 * bias. Neighbouring rows are neighbours in the table too, so each run is one vector sum.
 */
function addRelativeBias(
  r: RelativeBias,
  head: i32,
  scores: usize,
  m: i32,
  numCurrent: i32,
  numPast: i32,
  oldest: i32,
  scale: f32,
): void {
  const origin = r.table + (<usize>(head * r.span + r.zero - m) << 2);
  const past = scores + (<usize>numCurrent << 2);
  addScaled(scores, origin, scale, numCurrent);
  addScaled(past, origin - (<usize>oldest << 2), scale, oldest);
  addScaled(past + (<usize>oldest << 2), origin - (<usize>numPast << 2), scale, numPast - oldest);
}

/**
 * Attention of queries[M][d], d = heads * headWidth, to key/value rows: bank[numBank][2d] (memory), current[numCurrent][2d] and
 * past[numPast][2d]. `relative` and `oldest` as in addRelativeBias; null adds nothing.
 */
@unmanaged
export class Attention {
  queries: usize;
  M: i32;
  bank: usize;
  numBank: i32;
  current: usize;
  numCurrent: i32;
  past: usize;
  numPast: i32;
  heads: i32;
  headWidth: i32;
  relative: RelativeBias | null;
  oldest: i32;
}

/** Rows that every query attends to. */
// @ts-ignore: decorator
@inline export function keysOf(a: Attention): i32 {
  return a.numBank + a.numCurrent + a.numPast;
}

/**
 * out[M][headWidth], in rows outStride bytes apart, = head `h` of softmax(queries keys^T / sqrt(headWidth)) values; scores
 * [M][keys] is scratch.
 */
export function attendHead(a: Attention, h: i32, out: usize, outStride: usize, scores: usize): void {
  const M = a.M;
  const width = a.headWidth;
  const rowBytes = <usize>(a.heads * width) << 2;
  const headBytes = <usize>width << 2;
  const numKeys = keysOf(a);
  const scoreBytes = <usize>numKeys << 2;
  const currentScores = scores + (<usize>a.numBank << 2);
  const pastScores = currentScores + (<usize>a.numCurrent << 2);
  const head = <usize>h * headBytes;
  const q = a.queries + head;
  if (a.numBank > 0) matmulF32(scores, scoreBytes, q, rowBytes, a.bank + head, 2 * rowBytes, 0, M, a.numBank, width);
  matmulF32(currentScores, scoreBytes, q, rowBytes, a.current + head, 2 * rowBytes, 0, M, a.numCurrent, width);
  matmulF32(pastScores, scoreBytes, q, rowBytes, a.past + head, 2 * rowBytes, 0, M, a.numPast, width);
  const relative = a.relative;
  if (relative) {
    // softmax scales its input, and so the bias too.
    const biasScale: f32 = sqrt<f32>(<f32>width);
    for (let m = 0; m < M; m++) {
      const row = currentScores + <usize>m * scoreBytes;
      addRelativeBias(relative, h, row, m, a.numCurrent, a.numPast, a.oldest, biasScale);
    }
  }
  softmax(scores, <f32>1 / sqrt<f32>(<f32>width), M, numKeys);
  for (let m = 0; m < M; m++) memory.fill(out + <usize>m * outStride, 0, headBytes);
  const values = rowBytes + head;
  if (a.numBank > 0) addWeightedRows(out, outStride, scores, scoreBytes, a.bank + values, 2 * rowBytes, M, a.numBank, width);
  addWeightedRows(out, outStride, currentScores, scoreBytes, a.current + values, 2 * rowBytes, M, a.numCurrent, width);
  addWeightedRows(out, outStride, pastScores, scoreBytes, a.past + values, 2 * rowBytes, M, a.numPast, width);
}

/** out[M][d] = attention, head by head. */
export function attend(a: Attention, out: usize, scores: usize): void {
  const headBytes = <usize>a.headWidth << 2;
  for (let h = 0; h < a.heads; h++) {
    attendHead(a, h, out + <usize>h * headBytes, <usize>a.heads * headBytes, scores);
  }
}
