// Quantizes a matrix to int4 weights (src/model/int4.ts).

import { INT4_GROUP } from "../engine/layout.ts";
import { LARGEST_SCALE, weightsAt } from "../model/int4.ts";

export interface Int4Matrix {
  /** [rows][columns / 2]: of each group 16 bytes, weight i in the low half of byte i, weight 16 + i in its high half */
  readonly codes: Uint8Array;
  /** [rows][columns / 32], 0 to 127 */
  readonly groups: Int8Array;
  /** [rows] */
  readonly scales: Float32Array;
}

/** Scales to try for a group, against the one that lets its largest weight have the largest level. */
const FACTORS = Array.from({ length: 11 }, (_, i) => 0.7 + 0.04 * i);
const MOST = Math.max(...FACTORS);
const LARGEST_WEIGHT = Math.max(...weightsAt(LARGEST_SCALE));

/** Position of the value nearest to x. */
function nearest(values: readonly number[], x: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]! - x) < Math.abs(values[best]! - x)) best = i;
  return best;
}

/** Sum of squared errors of a group whose codes stand for `values`. */
function errorOf(group: ArrayLike<number>, values: readonly number[]): number {
  let error = 0;
  for (let i = 0; i < group.length; i++) error += (values[nearest(values, group[i]!)]! - group[i]!) ** 2;
  return error;
}

/** The one of `candidates` with the least error. */
function best<T>(candidates: readonly T[], error: (candidate: T) => number): T {
  const errors = candidates.map(error);
  return candidates[errors.indexOf(Math.min(...errors))]!;
}

/** Largest magnitude. */
const largestOf = (values: Float32Array | Float64Array) => {
  let largest = 0;
  for (const x of values) largest = Math.max(largest, Math.abs(x));
  return largest;
};

/**
 * values [rows][columns] with columns a multiple of 32. Scales of groups, and codes, are those with the least squared error. A row
 * of zeros, or of next to nothing, has scale 0.
 */
export function quantizeInt4(values: Float32Array, rows: number, columns: number): Int4Matrix {
  const codes = new Uint8Array(values.length / 2);
  const groups = new Int8Array(values.length / INT4_GROUP);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    // The row's largest weight, at the largest scale that is tried, is the largest int8 weight that there is.
    const largest = largestOf(values.subarray(row * columns, (row + 1) * columns));
    const unit = Math.fround((MOST * largest) / LARGEST_WEIGHT);
    if (unit < 1e-30) continue;
    scales[row] = unit;
    for (let at = row * columns; at < (row + 1) * columns; at += INT4_GROUP) {
      const group = Float64Array.from(values.subarray(at, at + INT4_GROUP), (x) => x / unit);
      const widest = (LARGEST_SCALE * largestOf(group)) / LARGEST_WEIGHT;
      const candidates = FACTORS.map((factor) => Math.min(LARGEST_SCALE, Math.round(widest * factor)));
      const scale = best([...new Set(candidates)], (candidate) => errorOf(group, weightsAt(candidate)));
      groups[at / INT4_GROUP] = scale;
      const weights = weightsAt(scale);
      for (let i = 0; i < INT4_GROUP / 2; i++) {
        codes[at / 2 + i] = nearest(weights, group[i]!) | (nearest(weights, group[i + INT4_GROUP / 2]!) << 4);
      }
    }
  }
  return { codes, groups, scales };
}
