// Sums of vectors for interpreters.

import type { Views } from "./views.ts";

const fround = Math.fround;

export function vectors({ f32 }: Views) {
  return {
    /** addVectors of assembly/kernels/vector.ts, in its words. */
    addVectors(out: number, a: number, b: number, n: number): void {
      const o = out >> 2;
      const p = a >> 2;
      const q = b >> 2;
      for (let i = 0; i < n; i++) f32[o + i] = f32[p + i]! + f32[q + i]!;
    },

    /** addScaled of assembly/kernels/vector.ts, in its words. */
    addScaled(x: number, b: number, scale: number, n: number): void {
      const o = x >> 2;
      const p = b >> 2;
      for (let i = 0; i < n; i++) f32[o + i] = f32[o + i]! + fround(scale * f32[p + i]!);
    },
  };
}
