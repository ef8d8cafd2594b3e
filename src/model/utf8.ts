// Text of bytes.

/** Text of UTF-8 bytes, without TextDecoder, which audio worklets lack. Errors: URIError if they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
}
