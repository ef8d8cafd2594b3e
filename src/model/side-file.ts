// A file beside a model: the model's header names it, and it is checked when it arrives.

import { FoldvoxError } from "../errors.ts";
import { sha256 } from "./sha256.ts";

/** A file beside the model. */
export interface SideFile {
  /** Its name, in the model's folder or beside the model's URL. */
  readonly file: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
}

/** Whether it is a plain file name, which cannot lead out of the model's folder. */
export const isFileName = (name: string) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name);

/** Gathers the bytes of a side file. */
export class SideFileCollector {
  private readonly side: SideFile;
  private readonly bytes: Uint8Array;
  private filled = 0;

  constructor(side: SideFile) {
    this.side = side;
    this.bytes = new Uint8Array(side.bytes);
  }

  /** Errors: model-corrupt if there are more bytes than there should be. */
  push(chunk: Uint8Array): void {
    if (this.filled + chunk.length > this.bytes.length) throw this.other(`has more than ${this.bytes.length} bytes`);
    this.bytes.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  /** The whole file. Errors: model-truncated, model-corrupt. */
  finish(): Uint8Array {
    const { file, bytes } = this.side;
    if (this.filled < bytes) {
      throw new FoldvoxError(
        "model-truncated",
        `${file} ends after ${this.filled} of ${bytes} bytes: the download or copy was cut off. Get it again.`,
      );
    }
    if (sha256().update(this.bytes).digestHex() !== this.side.sha256) throw this.other("has another checksum");
    return this.bytes;
  }

  private other(difference: string): FoldvoxError {
    const { file } = this.side;
    return new FoldvoxError(
      "model-corrupt",
      `${file} is not the file that the model names: it ${difference}. Get both from the same place.`,
    );
  }
}
