// The checksum of a model file. Since version 2 it covers every byte of the file, with its own digits as zeros; in version 1 it covered
// only the data.

import type { ModelHeader } from "./header.ts";
import { type Hash, sha256 } from "./sha256.ts";

const ZERO = 0x30;

/** The digits before the checksum is known. */
export const UNKNOWN_CHECKSUM = "0".repeat(64);

/** The header's bytes with zeros in place of the checksum's digits. */
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

/** Starts the hash of a model file with `head`, all bytes before its data. The caller adds the data. */
export function beginChecksum(header: Pick<ModelHeader, "version" | "sha256">, head: Uint8Array): Hash {
  return header.version === 1 ? sha256() : sha256().update(withoutDigits(head, header.sha256));
}
