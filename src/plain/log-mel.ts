// A frame of the front end for interpreters.

import { LogMel, WINDOW } from "../engine/layout.ts";
import { log } from "./elementary.ts";
import { powerSpectrum400 } from "./fft.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;
const NATURAL_FLOOR = fround(1e-6);
const E = fround(Math.E);

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
    const word = (field: number) => i32[(record + field) >> 2]!;
    const { words, floats } = LogMel;
    const mels = word(words.mels);
    const gain = f32[(record + floats.gain) >> 2]!;
    const natural = word(words.piecewise) === 0;
    const windowed = word(words.work) >> 2;
    const work = windowed + 2 * WINDOW;
    const power = work + 2 * WINDOW;
    for (let k = 0, x = samples >> 2, w = word(words.window) >> 2, end = WINDOW; k < end; k++)
      values[windowed + k] = values[x + k]! * values[w + k]!;
    powerSpectrum(power, windowed, work, word(words.cosines) >> 2, word(words.sines) >> 2);

    let filter = word(words.filters) >> 2;
    let weight = word(words.filterWeights) >> 2;
    const mean = word(words.mean) >> 2;
    const inverseStdDev = word(words.inverseStdDev) >> 2;
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
