// ZIP archives as torch.save writes them: entries stored, not compressed; large ones in the 64-bit form (APPNOTE 6.3).
// Nothing is ever unpacked to disk, and an entry takes no more memory than it has bytes in the file.

import { shown } from "../errors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";
import { crc32 } from "./crc32.ts";
import type { RandomAccess } from "./random-access.ts";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
  /** Of its local header. */
  readonly offset: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65535;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const EXTRA64 = 1;
const ENCRYPTED = 1;
/** A 32-bit field whose value stands in the 64-bit extra field. */
const ELSEWHERE = 0xffffffff;

/** A checkpoint has a few entries for every tensor. */
const MOST_ENTRIES = 100_000;
const MOST_DIRECTORY_BYTES = 32 * 1024 * 1024;

const damaged = (what: string) =>
  badCheckpoint(`The archive is damaged: ${what}. Download or copy the checkpoint again.`);

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function uint64(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damaged("it claims a size that no file has");
  return value;
}

/** Bytes of the file, refused where the archive points outside it. */
async function readWithin(file: RandomAccess, offset: number, length: number, what: string): Promise<Uint8Array> {
  if (offset < 0 || length < 0 || offset + length > file.size) throw damaged(`${what} lies outside the file`);
  return file.read(offset, length);
}

interface Directory {
  readonly entries: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The end record, from its 64-bit form where there is one. */
async function findDirectory(file: RandomAccess): Promise<Directory> {
  const length = Math.min(file.size, END_BYTES + LONGEST_COMMENT + LOCATOR64_BYTES);
  const tail = await file.read(file.size - length, length);
  const view = viewOf(tail);
  let at = length - END_BYTES;
  while (at >= 0 && view.getUint32(at, true) !== END) at--;
  if (at < 0) {
    throw badCheckpoint(
      "This is not a zip archive, so not a checkpoint that torch.save has written since release 1.6. Load it in PyTorch and save its state_dict() anew, or give a safetensors file.",
    );
  }
  const locator = at - LOCATOR64_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR64) {
    const end = viewOf(await readWithin(file, uint64(view, locator + 8), END64_BYTES, "its directory"));
    if (end.getUint32(0, true) !== END64) throw damaged("its 64-bit end record is missing");
    return { entries: uint64(end, 32), bytes: uint64(end, 40), offset: uint64(end, 48) };
  }
  const entries = view.getUint16(at + 10, true);
  return { entries, bytes: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) };
}

/** The three fields that may stand in the 64-bit extra field, in its order. */
function wideFields(view: DataView, extra: number, extraBytes: number, fields: readonly number[]): number[] {
  for (let at = extra; at + 4 <= extra + extraBytes; ) {
    const bytes = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === EXTRA64) {
      let place = at + 4;
      return fields.map((field) => {
        if (field !== ELSEWHERE) return field;
        if (place + 8 > Math.min(at + 4 + bytes, extra + extraBytes)) throw damaged("a 64-bit size is missing");
        place += 8;
        return uint64(view, place - 8);
      });
    }
    at += 4 + bytes;
  }
  return [...fields];
}

/** The entries by name. Errors: bad-checkpoint for anything but plain stored files that lie within the archive. */
export async function readZip(file: RandomAccess): Promise<Map<string, ZipEntry>> {
  const directory = await findDirectory(file);
  if (directory.entries > MOST_ENTRIES || directory.bytes > MOST_DIRECTORY_BYTES) {
    throw badCheckpoint(`The archive claims ${directory.entries} entries; no checkpoint has as many.`);
  }
  const bytes = await readWithin(file, directory.offset, directory.bytes, "its directory");
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < directory.entries; i++) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL)
      throw damaged("its directory ends early");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const extra = at + CENTRAL_BYTES + nameBytes;
    const next = extra + extraBytes + commentBytes;
    if (next > bytes.length) throw damaged("its directory ends early");
    // torch.save names entries in ASCII; others are refused where they are looked up.
    const name = String.fromCharCode(...bytes.subarray(at + CENTRAL_BYTES, extra));
    const [size, stored, offset] = wideFields(view, extra, extraBytes, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]) as [number, number, number];
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw badCheckpoint(`The entry ${shown(name)} is encrypted.`);
    if (view.getUint16(at + 10, true) !== 0 || size !== stored) {
      throw badCheckpoint(
        `The entry ${shown(name)} is compressed; torch.save stores entries as they are. Save the state dict anew in PyTorch.`,
      );
    }
    if (entries.has(name)) throw damaged(`it holds ${shown(name)} twice`);
    entries.set(name, { name, bytes: size, crc: view.getUint32(at + 16, true), offset });
    at = next;
  }
  return entries;
}

/** An entry's bytes, checked against their sum. Errors: bad-checkpoint, io. */
export async function readEntry(file: RandomAccess, { name, bytes, crc, offset }: ZipEntry): Promise<Uint8Array> {
  const local = viewOf(await readWithin(file, offset, LOCAL_BYTES, shown(name)));
  if (local.getUint32(0, true) !== LOCAL) throw damaged(`${shown(name)} does not begin where the directory says`);
  const start = offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  const content = await readWithin(file, start, bytes, shown(name));
  if (crc32(content) !== crc) throw damaged(`${shown(name)} does not match its checksum`);
  return content;
}
