// The gated linear unit for interpreters.

import { gated } from "./elementary.ts";
import type { Views } from "./views.ts";

/** glu of assembly/kernels/glu.ts, in its words. */
export function glu({ f32 }: Views) {
  return (out: number, x: number, M: number, N: number): void => {
    let o = out >> 2;
    let value = x >> 2;
    for (let m = 0; m < M; m++, value += N) {
      for (const end = o + N; o < end; o++, value++) f32[o] = gated(f32[value]!, f32[value + N]!);
    }
  };
}
