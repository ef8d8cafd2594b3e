// The tensors to be converted, wherever they come from: by name, read one at a time.

export interface StateTensor {
  readonly shape: readonly number[];
  /** Its values, row-major. Errors: bad-checkpoint, io. */
  read(): Promise<Float32Array>;
}

export type StateDict = ReadonlyMap<string, StateTensor>;

/** The f32 values that little-endian bytes hold. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
