// Quantization of activations for interpreters.

import { ROUND, type Views } from "./views.ts";

const fround = Math.fround;
/** Below it a row is zero for every purpose; as a float. */
const LEAST = fround(1e-30);

/** quantizeRows of assembly/kernels/quantize.ts, in its words. */
export function quantizeRows({ f32, i16 }: Views) {
  return (q: number, scales: number, x: number, M: number, K: number): void => {
    const values = f32;
    const stride = (K + 7) & ~7;
    for (let m = 0; m < M; m++) {
      const row = (x >> 2) + m * K;
      const end = row + K;
      let largest = 0;
      let value = 0;
      for (let i = row; i < end; i++) {
        value = values[i]!;
        if (value < 0) value = -value;
        if (largest < value) largest = value;
      }
      values[(scales >> 2) + m] = largest / 127;
      const inverse = largest > LEAST ? fround(127 / largest) : 0;
      let o = (q >> 1) + m * stride;
      for (let i = row; i < end; i++, o++) i16[o] = fround(values[i]! * inverse) + ROUND - ROUND;
      for (const next = o - K + stride; o < next; o++) i16[o] = 0;
    }
  };
}
