// int8 weights: symmetric, one scale a row. The same numbers as training/foldvox_training/int8.py.
//
// Of seven bits: relaxed SIMD multiplies those more than twice as fast (assembly/kernels/matmul-int7.ts), and the eighth is not missed.

/** Largest magnitude. */
const LARGEST = 63;

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

/** values [rows][columns] to round(values * 63 / largest of the row); a row of zeros has scale 0. In f32 throughout. */
export function quantizeMatrix(values: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const weights = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(values[i]!));
    scales[row] = largest / LARGEST;
    const factor = largest > 0 ? Math.fround(LARGEST / largest) : 0;
    // A row of subnormal numbers has an infinite factor; it is zero for every purpose.
    if (!Number.isFinite(factor)) {
      scales[row] = 0;
      continue;
    }
    for (let i = from; i < from + columns; i++) {
      weights[i] = Math.max(-LARGEST, Math.min(LARGEST, roundHalfEven(Math.fround(values[i]! * factor))));
    }
  }
  return { weights, scales };
}
