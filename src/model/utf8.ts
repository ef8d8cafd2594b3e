// Text of UTF-8 bytes.

/** Characters joined at once; all of them as arguments of one call would overflow the stack. */
const PIECE = 4096;

/** Code point of the sequence at `at`, and its length; null if it is no UTF-8 (RFC 3629). */
function sequenceAt(bytes: Uint8Array, at: number): { point: number; length: number } | null {
  const first = bytes[at]!;
  if (first < 0x80) return { point: first, length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return null;
  let point = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return null;
    point = (point << 6) | (next & 0x3f);
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!;
  if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null;
  return { point, length };
}

/** The text of bytes that are not shared. Errors: TypeError if they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (typeof TextDecoder === "undefined") return decodeByHand(bytes);
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** The same without a TextDecoder, which audio worklets lack. */
export function decodeByHand(bytes: Uint8Array): string {
  let text = "";
  let points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const sequence = sequenceAt(bytes, at);
    if (!sequence) throw new TypeError(`no UTF-8 at byte ${at}`);
    points.push(sequence.point);
    at += sequence.length;
    if (points.length === PIECE || at >= bytes.length) {
      text += String.fromCodePoint(...points);
      points = [];
    }
  }
  return text;
}
