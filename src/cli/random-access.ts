// Files for converting: read in parts, and written beside their final place until they are whole.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { badCheckpoint } from "../convert/bad-checkpoint.ts";
import type { FileSink } from "../convert/model-writer.ts";
import type { RandomAccess } from "../convert/random-access.ts";
import { partOf } from "./files.ts";
import { ioError } from "./io-error.ts";

class FileAccess implements RandomAccess {
  readonly size: number;
  private readonly file: FileHandle;
  private readonly path: string;

  constructor(file: FileHandle, path: string, size: number) {
    this.file = file;
    this.path = path;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.file.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) throw badCheckpoint(`${this.path} ends early; it changed while it was read.`);
      at += bytesRead;
    }
    return bytes;
  }
}

/** Lends a file to `use` and closes it. Errors: io, and those of `use`. */
export async function withFile<T>(path: string, use: (file: RandomAccess) => Promise<T>): Promise<T> {
  try {
    const file = await open(path);
    try {
      return await use(new FileAccess(file, path, (await file.stat()).size));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError(path, cause);
  }
}

/** Lends a new file to `use`; it appears at `path` only when all has gone well. Errors: io, and those of `use`. */
export async function withNewFile<T>(path: string, use: (sink: FileSink) => Promise<T>): Promise<T> {
  const partial = partOf(path);
  try {
    const file = await open(partial, "w");
    try {
      const result = await use({
        write: async (offset, bytes) => {
          for (let at = 0; at < bytes.length; ) {
            at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
          }
        },
      });
      await file.close();
      await rename(partial, path);
      return result;
    } catch (cause) {
      await file.close();
      await rm(partial, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw ioError(path, cause);
  }
}
