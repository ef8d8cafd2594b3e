// SentencePiece's byte fallback: characters without a piece of their own are spelled by their UTF-8 bytes, <0xE2><0x82><0xAC>.
// No TextDecoder: audio worklets have none.

const REPLACEMENT = "\ufffd";

/** The byte that a piece stands for, or null. */
export function byteOf(piece: string): number | null {
  const digits = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/** How many bytes a character has that begins with this one; 0 where none begins. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** The character at `at`, or null if the bytes there are no UTF-8. */
function characterAt(bytes: readonly number[], at: number): { text: string; bytes: number } | null {
  const length = lengthOf(bytes[at]!);
  const tail = bytes.slice(at + 1, at + length);
  if (length === 0 || tail.length !== length - 1 || tail.some((byte) => byte >> 6 !== 2)) return null;
  const head = length === 1 ? bytes[at]! : bytes[at]! & (0x7f >> length);
  const code = tail.reduce((value, byte) => value * 64 + (byte & 63), head);
  // Forms longer than needed, halves of surrogate pairs, and what lies beyond Unicode.
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!;
  if (code < least || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return null;
  return { text: String.fromCodePoint(code), bytes: length };
}

/** Text of UTF-8 bytes; as in SentencePiece, each byte that belongs to no character becomes U+FFFD. */
export function textOfBytes(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    text += character?.text ?? REPLACEMENT;
    at += character?.bytes ?? 1;
  }
  return text;
}
