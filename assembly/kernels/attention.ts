// Multi-head attention of a few queries over two runs of key/value rows: those of this step and those kept from before.
// A row holds key[d] then value[d], as the fused projection writes it, so keeping a row is one copy and nothing is ever
// transposed or joined. The order of keys does not matter to softmax, only to rounding: it is the order in memory.

import { SIMD, add, loadLanes, mul, splat, storeLanes } from "../target";
import { matmulF32 } from "./matmul-f32";
import { softmax } from "./softmax";

/** One V of out += sum over n of weights[n] * rows[n]. */
// @ts-ignore: decorator
@inline function weightedSum<V>(out: usize, weights: usize, rows: usize, stride: usize, n: i32): void {
  let acc = loadLanes<V>(out);
  for (const end = weights + (<usize>n << 2); weights < end; weights += 4, rows += stride) {
    acc = add<V>(acc, mul<V>(splat<V>(load<f32>(weights)), loadLanes<V>(rows)));
  }
  storeLanes<V>(out, acc);
}

/** out[K] += sum over n of weights[n] * rows[n][K]; rows lie `stride` bytes apart. */
function addWeightedRows(out: usize, weights: usize, rows: usize, stride: usize, n: i32, K: i32): void {
  let k = 0;
  if (SIMD) {
    for (; k + 16 <= K; k += 16) {
      const o = out + (<usize>k << 2);
      let r = rows + (<usize>k << 2);
      let acc0 = v128.load(o);
      let acc1 = v128.load(o, 16);
      let acc2 = v128.load(o, 32);
      let acc3 = v128.load(o, 48);
      for (let p = weights, end = weights + (<usize>n << 2); p < end; p += 4, r += stride) {
        const weight = v128.load32_splat(p);
        acc0 = f32x4.add(acc0, f32x4.mul(weight, v128.load(r)));
        acc1 = f32x4.add(acc1, f32x4.mul(weight, v128.load(r, 16)));
        acc2 = f32x4.add(acc2, f32x4.mul(weight, v128.load(r, 32)));
        acc3 = f32x4.add(acc3, f32x4.mul(weight, v128.load(r, 48)));
      }
      v128.store(o, acc0);
      v128.store(o, acc1, 16);
      v128.store(o, acc2, 32);
      v128.store(o, acc3, 48);
    }
    for (; k + 4 <= K; k += 4) weightedSum<v128>(out + (<usize>k << 2), weights, rows + (<usize>k << 2), stride, n);
  }
  for (; k < K; k++) weightedSum<f32>(out + (<usize>k << 2), weights, rows + (<usize>k << 2), stride, n);
}

/**
 * out[M][d] = softmax(queries[M][d] keys^T / sqrt(d / heads)) values, head by head, d = heads * headWidth.
 * current[numCurrent][2d] and past[numPast][2d] are the key/value rows; scores[M][numCurrent + numPast] is scratch.
 */
export function attend(
  out: usize,
  queries: usize,
  current: usize,
  numCurrent: i32,
  past: usize,
  numPast: i32,
  scores: usize,
  heads: i32,
  headWidth: i32,
  M: i32,
): void {
  const rowBytes = <usize>(heads * headWidth) << 2;
  const headBytes = <usize>headWidth << 2;
  const numKeys = numCurrent + numPast;
  const scoreBytes = <usize>numKeys << 2;
  const pastScores = scores + (<usize>numCurrent << 2);
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>headWidth);
  memory.fill(out, 0, <usize>M * rowBytes);
  for (let h = 0; h < heads; h++) {
    const head = <usize>h * headBytes;
    const q = queries + head;
    matmulF32(scores, scoreBytes, q, rowBytes, current + head, 2 * rowBytes, 0, M, numCurrent, headWidth);
    matmulF32(pastScores, scoreBytes, q, rowBytes, past + head, 2 * rowBytes, 0, M, numPast, headWidth);
    const values = rowBytes + head;
    for (let m = 0; m < M; m++) {
      const row = <usize>m * scoreBytes;
      const o = out + <usize>m * rowBytes + head;
      softmax(scores + row, scale, numKeys);
      addWeightedRows(o, scores + row, current + values, 2 * rowBytes, numCurrent, headWidth);
      addWeightedRows(o, pastScores + row, past + values, 2 * rowBytes, numPast, headWidth);
    }
  }
}
