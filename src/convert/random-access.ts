// A file of which any part can be read: checkpoints are far larger than what converting one needs in memory at a time.

export interface RandomAccess {
  readonly size: number;
  /** Exactly `length` bytes from `offset`, which the caller has checked to lie within the file. Errors: io. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes in memory as such a file. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
}
