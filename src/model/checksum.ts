// The checksum of a model file. Since version 2 it covers every byte of the file, its own digits counted as zeros; version 1 had
// only the data covered.

import type { ModelHeader } from "./header.ts";
import { type Hash, sha256 } from "./sha256.ts";

const ZERO = 0x30;

/** The digits as they are while the checksum is not known. */
export const UNKNOWN_CHECKSUM = "0".repeat(64);

/** The header's bytes with zeros for the digits of the checksum, which stand in it as text. */
function withoutDigits(head: Uint8Array, digits: string): Uint8Array {
  const copy = head.slice();
  const first = digits.charCodeAt(0);
  for (let at = copy.indexOf(first); at >= 0; at = copy.indexOf(first, at + 1)) {
    let length = 1;
    while (length < digits.length && copy[at + length] === digits.charCodeAt(length)) length++;
    if (length === digits.length) return copy.fill(ZERO, at, at + length);
  }
  return copy;
}

/** The hash of a model file so far: `head` is all that stands before its data, which are to be added. */
export function beginChecksum(header: Pick<ModelHeader, "version" | "sha256">, head: Uint8Array): Hash {
  return header.version === 1 ? sha256() : sha256().update(withoutDigits(head, header.sha256));
}
