// The gated linear unit (Dauphin et al., arXiv 1612.08083): each value of a row's first half times the logistic function of
// its partner in the second half.

import { SIMD } from "../target/build";
import { loadLanes, storeLanes } from "../target/lanes";
import { gated } from "./elementary";

// @ts-ignore: decorator
@inline function gatedAt<V>(out: usize, x: usize, half: usize): void {
  storeLanes<V>(out, gated<V>(loadLanes<V>(x), loadLanes<V>(x + half)));
}

/** out[M][N] = x[M][..N] * sigmoid(x[M][N..]), with x[M][2 N]. */
export function glu(out: usize, x: usize, M: i32, N: i32): void {
  const half = <usize>N << 2;
  for (let m = 0; m < M; m++) {
    let o: usize = 0;
    if (SIMD) {
      for (const end = <usize>(N & ~3) << 2; o < end; o += 16) gatedAt<v128>(out + o, x + o, half);
    }
    for (; o < half; o += 4) gatedAt<f32>(out + o, x + o, half);
    out += half;
    x += 2 * half;
  }
}
