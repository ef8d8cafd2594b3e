// The engine's memory as the kernels of this folder see it. They are for interpreters, where an element read or written and a
// call cost some ten times an addition, so they are written to read, write and call little. They take addresses in bytes, like
// their twins in assembly/kernels, and give the same bits: Math.fround stands where single precision rounds (a sum, product,
// quotient or root of two f32 values, computed in double precision and rounded once, is the f32 operation's result), and is left
// out where a value is exact or about to be stored in a Float32Array, which rounds too.

export interface Views {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly i16: Int16Array;
  readonly i8: Int8Array;
}

export function viewsOf(memory: ArrayBuffer): Views {
  return {
    f32: new Float32Array(memory),
    i32: new Int32Array(memory),
    i16: new Int16Array(memory),
    i8: new Int8Array(memory),
  };
}

/** Adding and subtracting it rounds to the nearest integer, ties to even, for magnitudes below 2^51. */
export const ROUND = 6755399441055744;
