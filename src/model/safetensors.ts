// The safetensors container: eight bytes of header length, a JSON header, tensor data back to back.
// Knows nothing of foldvox's models. Format: https://huggingface.co/docs/safetensors

import { FoldvoxError, shown } from "../errors.ts";
import { decodeUtf8 } from "./utf8.ts";

export type Dtype = "F32" | "I8" | "U8";

const DTYPE_BYTES: Record<Dtype, number> = { F32: 4, I8: 1, U8: 1 };

/** Headers of real models take kilobytes; larger ones are refused. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Byte offset in the data section, and length. */
  readonly offset: number;
  readonly bytes: number;
}

export interface SafetensorsHeader {
  /** In order of offset, without gaps. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes before the data section, and of the data section. */
  readonly headerBytes: number;
  readonly dataBytes: number;
}

const bad = (message: string, cause?: unknown) =>
  new FoldvoxError("bad-model", `Not a usable safetensors file: ${message}`, { cause });

/** Says what a file is that is not safetensors, from its first eight bytes. */
function beginningOf(prefix: Uint8Array): string {
  const text = String.fromCharCode(...prefix);
  if (/^\s*<(!|html|head|\?xml)/i.test(text)) {
    return "is a page of HTML: what answered is an error or a page about the file, not the file itself. Check the URL.";
  }
  if (text === "version ") return "is a Git LFS pointer, not the file that it points to. Fetch that: git lfs pull.";
  return "does not begin with a plausible header length. Is it another kind of file?";
}

/** Bytes before the data section, from the first eight bytes of the file. Errors: bad-model. */
export function headerLength(prefix: Uint8Array): number {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const low = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || low < 2 || low > MAX_HEADER_BYTES) {
    throw bad(`it ${beginningOf(prefix)}`);
  }
  return 8 + low;
}

function readShape(name: string, value: unknown): number[] {
  if (!Array.isArray(value) || value.length > 8) throw bad(`tensor ${shown(name)} has no shape.`);
  return value.map((size) => {
    if (!Number.isSafeInteger(size) || size < 0) throw bad(`tensor ${shown(name)} has a dimension of ${shown(size)}.`);
    return size as number;
  });
}

function readEntry(name: string, value: unknown): TensorEntry {
  if (typeof value !== "object" || value === null) throw bad(`tensor ${shown(name)} is not described by an object.`);
  const { dtype, shape, data_offsets: range } = value as Record<string, unknown>;
  if (dtype !== "F32" && dtype !== "I8" && dtype !== "U8") {
    throw bad(`tensor ${shown(name)} is of type ${shown(dtype)}; F32, I8 and U8 are understood.`);
  }
  const sizes = readShape(name, shape);
  const bytes = sizes.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
  if (!Array.isArray(range) || range.length !== 2 || !range.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw bad(`tensor ${shown(name)} has no data_offsets.`);
  }
  const [begin, end] = range as [number, number];
  if (end - begin !== bytes) {
    throw bad(`tensor ${shown(name)} spans ${end - begin} bytes, but its shape [${sizes}] of ${dtype} takes ${bytes}.`);
  }
  return { name, dtype, shape: sizes, offset: begin, bytes };
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || !Object.values(value).every((text) => typeof text === "string")) {
    throw bad("its __metadata__ does not map names to texts.");
  }
  return value as Record<string, string>;
}

/** Reads the header from bytes that hold at least the whole of it. Errors: bad-model, model-truncated. */
export function readSafetensorsHeader(bytes: Uint8Array): SafetensorsHeader {
  if (bytes.length < 8) {
    throw new FoldvoxError(
      "model-truncated",
      `The file ends after ${bytes.length} bytes, before its header. Get it again.`,
    );
  }
  const headerBytes = headerLength(bytes);
  if (bytes.length < headerBytes) {
    throw new FoldvoxError(
      "model-truncated",
      `The file ends after ${bytes.length} bytes, within its header of ${headerBytes} bytes. Get it again.`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(bytes.subarray(8, headerBytes)));
  } catch (cause) {
    throw bad("its header is not JSON. Is it damaged?", cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw bad("its header is not an object.");
  const { __metadata__: metadata, ...entries } = parsed as Record<string, unknown>;
  const tensors = Object.entries(entries)
    .map(([name, value]) => readEntry(name, value))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let dataBytes = 0;
  for (const tensor of tensors) {
    if (tensor.offset !== dataBytes) {
      const kind = tensor.offset < dataBytes ? "overlaps the tensor before it" : "leaves a gap before it";
      throw bad(`tensor ${shown(tensor.name)} at byte ${tensor.offset} ${kind}, which ends at byte ${dataBytes}.`);
    }
    dataBytes += tensor.bytes;
  }
  return { tensors, metadata: readMetadata(metadata), headerBytes, dataBytes };
}

/** A tensor of a whole file in memory: its bytes are a view of the file's. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Reads a whole file. Errors: bad-model, model-truncated. */
export function readSafetensors(file: Uint8Array): Map<string, Tensor> {
  const header = readSafetensorsHeader(file);
  const data = file.subarray(header.headerBytes);
  if (data.length !== header.dataBytes) {
    const code = data.length < header.dataBytes ? "model-truncated" : "bad-model";
    throw new FoldvoxError(
      code,
      `The file holds ${data.length} bytes of data; its header describes ${header.dataBytes}.`,
    );
  }
  return new Map(
    header.tensors.map(({ name, dtype, shape, offset, bytes }) => [
      name,
      { dtype, shape, bytes: data.subarray(offset, offset + bytes) },
    ]),
  );
}

/** Makes a file of tensors in the given order. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setUint32(0, padded, true);
  file.set(json, 8);
  let at = 8 + padded;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}
