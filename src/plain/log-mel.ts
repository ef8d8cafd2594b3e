// A frame of the front end for interpreters.

import { log } from "./elementary.ts";
import { powerSpectrum400 } from "./fft.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;
const WINDOW = 400;
const NATURAL_FLOOR = fround(1e-6);
const E = fround(Math.E);

/** Words of the record LogMel (assembly/frontend/log-mel.ts). */
const MELS = 0;
const PIECEWISE = 3;
const GAIN = 4;
const HANN = 5;
const COSINES = 6;
const SINES = 7;
const FILTERS = 8;
const FILTER_WEIGHTS = 9;
const MEAN = 10;
const INVERSE_STD_DEV = 11;
const WORK = 12;

function piecewise(x: number): number {
  const y = E < x ? log(x) : x;
  return E < y ? y : fround(y / E);
}

/** framesSideBySide of assembly/frontend/log-mel.ts, in its words, of one frame. */
export function framesSideBySide(views: Views) {
  const { f32, i32 } = views;
  const powerSpectrum = powerSpectrum400(views);
  return (record: number, out: number, samples: number): void => {
    const values = f32;
    const r = record >> 2;
    const mels = i32[r + MELS]!;
    const gain = f32[r + GAIN]!;
    const natural = i32[r + PIECEWISE] === 0;
    const windowed = i32[r + WORK]! >> 2;
    const work = windowed + 2 * WINDOW;
    const power = work + 2 * WINDOW;
    for (let k = 0, x = samples >> 2, w = i32[r + HANN]! >> 2; k < WINDOW; k++)
      values[windowed + k] = values[x + k]! * values[w + k]!;
    powerSpectrum(power, windowed, work, i32[r + COSINES]! >> 2, i32[r + SINES]! >> 2);

    let filter = i32[r + FILTERS]! >> 2;
    let weight = i32[r + FILTER_WEIGHTS]! >> 2;
    const mean = i32[r + MEAN]! >> 2;
    const inverseStdDev = i32[r + INVERSE_STD_DEV]! >> 2;
    for (let m = 0, o = out >> 2; m < mels; m++, o++, filter += 2) {
      let energy = 0;
      let bin = power + i32[filter]!;
      for (const end = bin + i32[filter + 1]!; bin < end; bin++, weight++) {
        energy = fround(energy + fround(values[weight]! * values[bin]!));
      }
      energy = fround(energy * gain);
      const level = natural ? log(fround(energy + NATURAL_FLOOR)) : piecewise(energy);
      values[o] = fround(level - values[mean + m]!) * values[inverseStdDev + m]!;
    }
  };
}
