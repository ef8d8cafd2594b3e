// Files for the command: models, audio and text, with errors that name the file.

import { createReadStream } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type WavFormat, WavReader } from "../audio/wav.ts";
import { FoldvoxError } from "../errors.ts";
import { type ModelHeader, readModelHeader } from "../model/header.ts";
import { headerLength } from "../model/safetensors.ts";
import { createRecognizer, type Recognizer } from "../recognizer.ts";

function ioError(path: string, cause: unknown): unknown {
  if (cause instanceof FoldvoxError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
  return new FoldvoxError("io", `${path} could not be used: ${reason}.`, { cause });
}

/** The whole file. Errors: io. */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    // A plain view: Buffer's own slice() does not copy, and code further in counts on one that does.
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw ioError(path, cause);
  }
}

export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(path, content).catch((cause) => {
    throw ioError(path, cause);
  });
}

/** A recognizer for the model in a file, or the bundled one. */
export function openRecognizer(model: string | undefined): Promise<Recognizer> {
  return createRecognizer(model === undefined ? {} : { model: pathToFileURL(resolve(model)) });
}

/** Reads no more of a model file than its header. */
export async function readHeaderOf(path: string): Promise<ModelHeader> {
  try {
    const file = await open(path);
    try {
      const prefix = new Uint8Array(8);
      const { bytesRead } = await file.read(prefix, 0, 8, 0);
      if (bytesRead < 8) return readModelHeader(prefix.subarray(0, bytesRead));
      const bytes = new Uint8Array(headerLength(prefix));
      const header = await file.read(bytes, 0, bytes.length, 0);
      return readModelHeader(bytes.subarray(0, header.bytesRead));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError(path, cause);
  }
}

/** A WAV file's samples in pieces as they are read; `onFormat` learns what the header says. Errors: io, bad-wav. */
export async function* readWavFile(path: string, onFormat: (format: WavFormat) => void): AsyncGenerator<Float32Array> {
  const reader = new WavReader();
  let told = false;
  try {
    for await (const bytes of createReadStream(path)) {
      const samples = reader.push(bytes as Uint8Array);
      if (!told && reader.format) {
        onFormat(reader.format);
        told = true;
      }
      if (samples.length > 0) yield samples;
    }
  } catch (cause) {
    throw ioError(path, cause);
  }
  reader.finish();
}
