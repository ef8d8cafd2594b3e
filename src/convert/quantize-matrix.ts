// int8 weights: symmetric, one scale a row. The same numbers as training/product/model/int8.py.
//
// int7 unless asked for more: relaxed SIMD multiplies those more than twice as fast (assembly/kernels/matmul-int7.ts), and
// the word error rates of the commands models do not miss the eighth.

/** Largest magnitude of int7 and of int8 weights. */
export const SEVEN_BITS = 63;
export const EIGHT_BITS = 127;

export interface QuantizedMatrix {
  readonly weights: Int8Array;
  /** [rows] */
  readonly scales: Float32Array;
}

/** x rounded to the nearest integer, ties to even. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** values [rows][columns] to round(values * most / largest of the row); a row of zeros has scale 0. In f32 throughout. */
export function quantizeMatrix(values: Float32Array, rows: number, columns: number, most: number): QuantizedMatrix {
  const weights = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(values[i]!));
    scales[row] = largest / most;
    const factor = largest > 0 ? Math.fround(most / largest) : 0;
    // A row of subnormal numbers has an infinite factor; it is zero for every purpose.
    if (!Number.isFinite(factor)) {
      scales[row] = 0;
      continue;
    }
    for (let i = from; i < from + columns; i++) {
      weights[i] = Math.max(-most, Math.min(most, roundHalfEven(Math.fround(values[i]! * factor))));
    }
  }
  return { weights, scales };
}
