// Bytes that arrive in pieces.

/** Bytes that waited and those that follow them, in one array: `bytes` itself if none waited. */
export function joined(waiting: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (waiting.length === 0) return bytes;
  const both = new Uint8Array(waiting.length + bytes.length);
  both.set(waiting);
  both.set(bytes, waiting.length);
  return both;
}
