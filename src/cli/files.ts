// Files for the command: models, audio and text, with errors that name the file.

import { open, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundledModel } from "../bundled/files.ts";
import { isBundledName } from "../bundled/names.ts";
import { type ModelHeader, readModelHeader } from "../model/header.ts";
import { headerLength } from "../model/safetensors.ts";
import { createRecognizer } from "../recognizer/create-recognizer.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import type { RecognizerOptions } from "../recognizer/recognizer-options.ts";
import { isAddress } from "./audio-source.ts";
import { ioError } from "./io-error.ts";
import { StatusLine } from "./status-line.ts";

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

/** A recognizer for the model at a URL or in a file, or a bundled one. A download shows its progress. */
export async function openRecognizer(model: string | undefined, options: RecognizerOptions = {}): Promise<Recognizer> {
  if (model === undefined) return createRecognizer(options);
  if (isBundledName(model)) return createRecognizer({ ...options, model });
  if (!isAddress(model)) return createRecognizer({ ...options, model: pathToFileURL(resolve(model)) });
  const status = new StatusLine();
  try {
    return await createRecognizer({ ...options, model, onProgress: (progress) => status.download(progress) });
  } finally {
    status.clear();
  }
}

/** Whether a file's first bytes are these characters. Errors: io. */
export async function beginsWith(path: string, magic: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const bytes = new Uint8Array(magic.length);
      await file.read(bytes, 0, bytes.length, 0);
      return String.fromCharCode(...bytes) === magic;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError(path, cause);
  }
}

/** The file of a model that may be given by its name. */
export function modelPath(model: string): string {
  return isBundledName(model) ? fileURLToPath(bundledModel(model)) : model;
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

/** A name beside the path for a file that is not complete yet: two processes that write the same file do not share it. */
export function partOf(path: string): string {
  return `${path}.${process.pid}-${Math.random().toString(36).slice(2, 8)}.part`;
}
