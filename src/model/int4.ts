// The values of int4 weights: one of sixteen levels, times a scale of 0 to 127 for every 32 weights of a row, times an f32 scale of the row.
//
// The levels are those of least squared error for weights of trained matrices (Lloyd's algorithm over the groups of the commands
// model, made symmetric): the error is 22.0 dB below the weights, against 21.3 for even steps from -8 to 7 and 20.4 from -7 to 7.

import { INT4_SCALES } from "../engine/layout.ts";

/** Ascending. */
const LEVELS = [-127, -99, -77, -60, -44, -30, -18, -6, 6, 18, 30, 44, 60, 77, 99, 127] as const;

export const LARGEST_SCALE = INT4_SCALES - 1;

/** The int7 values of the sixteen codes in a group of this scale, ascending: level * scale / 256, rounded. */
export function weightsAt(scale: number): number[] {
  return LEVELS.map((level) => (level * scale + 128) >> 8);
}

/** [128][16]: weightsAt every scale, as the engine reads them (assembly/kernels/matmul-int4.ts). */
export function int4Table(): Int8Array {
  return Int8Array.from(Array.from({ length: LARGEST_SCALE + 1 }, (_, scale) => weightsAt(scale)).flat());
}
