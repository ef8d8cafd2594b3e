// Activations for interpreters.

import { exp, normal, tanh } from "./elementary.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;

const relu = (x: number) => (x < 0 ? 0 : x);
const gelu = (x: number) => fround(x * normal(x));
const silu = (x: number) => fround(x / fround(1 + exp(-x)));
const clamp = (x: number) => {
  const least = x < -10 ? -10 : x;
  return 10 < least ? 10 : least;
};

/** By the numbers of Activation in assembly/kernels/activation.ts. */
const MAPS = [relu, gelu, silu, tanh, clamp];

/** activate of assembly/kernels/activation.ts, in its words. */
export function activate({ f32 }: Views) {
  return (activation: number, x: number, n: number): void => {
    const map = MAPS[activation] ?? clamp;
    const start = x >> 2;
    for (let i = start; i < start + n; i++) f32[i] = map(f32[i]!);
  };
}
