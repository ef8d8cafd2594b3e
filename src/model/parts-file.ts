// A file of parts, as lexicons and n-gram models are: a header that tells what they are, and parts that are read in place.
//
//   magic                        8 bytes
//   SHA-256 of all that follows  32 bytes
//   length of the header         u32, little-endian
//   header                       JSON; `version` is one of its fields, `parts` tells the length of each part
//   parts                        one after the other, in the order that the kind of file has

import { FoldvoxError, shown } from "../errors.ts";
import { sha256 } from "./sha256.ts";
import { decodeUtf8 } from "./utf8.ts";

/** What a kind of file is. */
export interface PartsFormat<Part extends string, Header extends PartsHeader<Part>> {
  /** Eight characters. */
  readonly magic: string;
  readonly version: number;
  readonly parts: readonly Part[];
  /** How messages name it, and what they advise to do with one that is wrong, and with one of another version. */
  readonly name: string;
  readonly advice: string;
  readonly versionAdvice: string;
  /** Throws what `wrong` makes of a problem with a header of the right version, which has only been parsed so far. */
  readonly checkHeader: (header: Header) => void;
}

/** What all headers tell. */
export interface PartsHeader<Part extends string> {
  readonly version: number;
  /** Bytes of each part. */
  readonly parts: Readonly<Record<Part, number>>;
}

/** A file whose frame has been checked: its header, and where each part begins. */
export interface PartsFile<Part extends string, Header extends PartsHeader<Part>> {
  readonly bytes: Uint8Array;
  readonly header: Header;
  readonly places: Readonly<Record<Part, number>>;
}

const MAGIC_BYTES = 8;
const HASHED_FROM = 40;
const HEADER_AT = 44;
const MOST_HEADER_BYTES = 2 ** 16;
const MOST_PART_BYTES = 2 ** 26;

/** Errors: bad-model, for a file of which something is not as it should be. `problem` follows the file's name. */
export const wrong = (format: Pick<PartsFormat<never, never>, "name" | "advice">, problem: string) =>
  new FoldvoxError("bad-model", `The ${format.name} ${problem}. ${format.advice}`);

/** Whether a value is a whole number in a range. */
export const isCount = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** A number of two bytes, little-endian. */
export const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);
/** A number of three bytes, little-endian. */
export const u24 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);

/** The bytes of a part. */
export function partOf<Part extends string>(file: PartsFile<Part, PartsHeader<Part>>, part: Part): Uint8Array {
  return file.bytes.subarray(file.places[part], file.places[part] + file.header.parts[part]);
}

/**
 * Reads the frame of a file, whose bytes are kept. What is in the parts is still to be checked. Errors: bad-model, model-version,
 * model-truncated, model-corrupt.
 */
export function readParts<Part extends string, Header extends PartsHeader<Part>>(
  format: PartsFormat<Part, Header>,
  bytes: Uint8Array,
): PartsFile<Part, Header> {
  const truncated = (expected: number) =>
    new FoldvoxError(
      "model-truncated",
      `The ${format.name} ends after ${bytes.length} of at least ${expected} bytes: the download or copy was cut off. Get it again.`,
    );
  if (String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES)) !== format.magic) {
    throw wrong(format, `is no ${format.name} of foldvox: its first bytes are others`);
  }
  if (bytes.length < HEADER_AT) throw truncated(HEADER_AT);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerEnd = HEADER_AT + view.getUint32(HASHED_FROM, true);
  if (headerEnd > HEADER_AT + MOST_HEADER_BYTES) throw wrong(format, "has a header of more than 64 KiB");
  if (headerEnd > bytes.length) throw truncated(headerEnd);
  const header = readHeader(format, bytes.subarray(HEADER_AT, headerEnd));
  let end = headerEnd;
  const places = {} as Record<Part, number>;
  for (const part of format.parts) {
    places[part] = end;
    end += header.parts[part];
  }
  if (bytes.length < end) throw truncated(end);
  if (bytes.length > end) throw wrong(format, `has ${bytes.length - end} bytes behind its end`);
  const told = Array.from(bytes.subarray(MAGIC_BYTES, HASHED_FROM), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  if (sha256().update(bytes.subarray(HASHED_FROM)).digestHex() !== told) {
    throw new FoldvoxError(
      "model-corrupt",
      `The ${format.name} does not match its checksum: it was damaged. Get it again.`,
    );
  }
  return { bytes, header, places };
}

function readHeader<Part extends string, Header extends PartsHeader<Part>>(
  format: PartsFormat<Part, Header>,
  json: Uint8Array,
): Header {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(json));
  } catch {
    throw wrong(format, "has a header that is not JSON");
  }
  const header = Object(value) as Header;
  if (header.version !== format.version) {
    throw new FoldvoxError(
      "model-version",
      `The ${format.name} is of version ${shown(header.version)}; this release reads version ${format.version}. ${format.versionAdvice}`,
    );
  }
  format.checkHeader(header);
  for (const part of format.parts) {
    if (!isCount(Object(header.parts)[part], 0, MOST_PART_BYTES)) {
      throw wrong(format, `does not tell the length of its part "${part}"`);
    }
  }
  return header;
}

/** The bytes of a file: `parts` in the order of their kind. */
export function writeParts(magic: string, header: unknown, parts: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(HEADER_AT + json.length + parts.reduce((sum, part) => sum + part.length, 0));
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(HASHED_FROM, json.length, true);
  bytes.set(json, HEADER_AT);
  let at = HEADER_AT + json.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const digest = sha256().update(bytes.subarray(HASHED_FROM)).digestHex();
  for (let i = 0; i < 32; i++) bytes[MAGIC_BYTES + i] = Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
