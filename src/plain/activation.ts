// Activations for interpreters.

import { Activation } from "../engine/layout.ts";
import { gated, normal, tanh } from "./elementary.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;

const relu = (x: number) => (x < 0 ? 0 : x);
const gelu = (x: number) => fround(x * normal(x));
const silu = (x: number) => gated(x, x);
const clamp = (x: number) => {
  const least = x < -10 ? -10 : x;
  return 10 < least ? 10 : least;
};

type Map = (x: number) => number;

const MAPS: Readonly<Record<Exclude<keyof typeof Activation, "NONE">, Map>> = {
  RELU: relu,
  GELU: gelu,
  SILU: silu,
  TANH: tanh,
  CLAMP: clamp,
};

/** By the engine's numbers. */
const MAPS_BY_NUMBER: Map[] = [];
for (const name of Object.keys(MAPS) as (keyof typeof MAPS)[]) MAPS_BY_NUMBER[Activation[name]] = MAPS[name];

/** activate of assembly/kernels/activation.ts, in its words. */
export function activate({ f32 }: Views) {
  return (activation: number, x: number, n: number): void => {
    const map = MAPS_BY_NUMBER[activation];
    if (!map) throw new RangeError(`there is no activation ${activation}`);
    const start = x >> 2;
    for (let i = start; i < start + n; i++) f32[i] = map(f32[i]!);
  };
}
