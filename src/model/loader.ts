// Loads a model file as its bytes arrive: the header first, then each tensor straight to its place in the arena. At most one chunk waits,
// so there is never a second copy of the weights.

import { FoldvoxError } from "../errors.ts";
import { beginChecksum } from "./checksum.ts";
import { type ModelHeader, type ModelTensor, readModelHeader } from "./header.ts";
import { headerLength } from "./safetensors.ts";
import type { Hash } from "./sha256.ts";
import { isScale } from "./tensors.ts";

/** Gives the place of a tensor's bytes: a view of exactly their length. */
export type Destination = (tensor: ModelTensor) => Uint8Array;

/** Use: push() until `header` is set, then place(), push() the rest, finish(). */
export class ModelLoader {
  /** Set as soon as its bytes have arrived. */
  header: ModelHeader | null = null;
  private hash: Hash | null = null;
  /** The header's bytes: first the eight that hold its length, then all of them. */
  private head: Uint8Array = new Uint8Array(8);
  private headFilled = 0;
  /** What followed the header in its last chunk, until place(). */
  private behindHeader: Uint8Array = new Uint8Array(0);
  private destination: Destination | null = null;
  private received = 0;
  private index = 0;
  private current: Uint8Array = new Uint8Array(0);
  private filled = 0;

  /**
   * Takes the next bytes of the file. The chunk that completes the header is kept, not copied, until place().
   * Errors: bad-model (also for NaN, and for bytes behind the last tensor), model-version.
   */
  push(chunk: Uint8Array): void {
    if (this.header && !this.destination) throw new RangeError("place() the tensors before pushing more");
    this.received += chunk.length;
    if (this.destination) this.fill(chunk);
    else this.behindHeader = this.readHead(chunk);
  }

  /** Says where tensors go, views aligned to four bytes; call it once, as soon as `header` is there. */
  place(destination: Destination): void {
    if (!this.header) throw new RangeError("the header has not arrived yet");
    this.destination = destination;
    this.open();
    const rest = this.behindHeader;
    this.behindHeader = new Uint8Array(0);
    this.fill(rest);
  }

  /** Checks that everything has arrived and is what it should be. Errors: model-truncated, model-corrupt, bad-model. */
  finish(): void {
    const { header } = this;
    if (!header || this.index < header.tensors.length) {
      const expected = header ? ` of ${header.fileBytes}` : "";
      throw new FoldvoxError(
        "model-truncated",
        `The model ends after ${this.received}${expected} bytes. Download or copy it again.`,
      );
    }
    if (this.hash!.digestHex() !== header.sha256) {
      throw new FoldvoxError("model-corrupt", "The model does not match its checksum. Download or copy it again.");
    }
  }

  /** Collects the header's bytes and returns what follows them in this chunk. */
  private readHead(chunk: Uint8Array): Uint8Array {
    let at = 0;
    while (!this.header) {
      const count = Math.min(chunk.length - at, this.head.length - this.headFilled);
      this.head.set(chunk.subarray(at, at + count), this.headFilled);
      this.headFilled += count;
      at += count;
      if (this.headFilled < this.head.length) break;
      const length = headerLength(this.head);
      if (this.headFilled < length) {
        const whole = new Uint8Array(length);
        whole.set(this.head);
        this.head = whole;
      } else {
        this.header = readModelHeader(this.head);
        this.hash = beginChecksum(this.header, this.head);
        this.head = new Uint8Array(0);
      }
    }
    return chunk.subarray(at);
  }

  /** Moves on to the next tensor that has bytes. */
  private open(): void {
    const { tensors } = this.header!;
    while (this.index < tensors.length && tensors[this.index]!.bytes === 0) this.index++;
    this.filled = 0;
    const tensor = tensors[this.index];
    if (tensor) this.current = this.destination!(tensor);
  }

  private fill(chunk: Uint8Array): void {
    const { tensors } = this.header!;
    for (let at = 0; at < chunk.length; ) {
      const tensor = tensors[this.index];
      if (!tensor) {
        throw new FoldvoxError(
          "bad-model",
          `${chunk.length - at} bytes follow the model's last tensor. Download or copy it again, or export it anew.`,
        );
      }
      const count = Math.min(chunk.length - at, tensor.bytes - this.filled);
      this.current.set(chunk.subarray(at, at + count), this.filled);
      // Hash the copy, not its source: another thread may write to the source.
      this.hash!.update(this.current.subarray(this.filled, this.filled + count));
      this.filled += count;
      at += count;
      if (this.filled < tensor.bytes) return;
      checkValues(tensor, this.current);
      this.index++;
      this.open();
    }
  }
}

/** A weight that is NaN or infinite would turn every result into NaN; a negative scale is no scale. */
function checkValues(tensor: ModelTensor, bytes: Uint8Array): void {
  const scales = isScale(tensor.name);
  if (tensor.dtype !== "F32" && !scales) return;
  const least = scales ? 0 : Number.NEGATIVE_INFINITY;
  const { buffer, byteOffset } = bytes;
  const values =
    tensor.dtype === "F32"
      ? new Float32Array(buffer, byteOffset, bytes.byteLength / 4)
      : new Int8Array(buffer, byteOffset, bytes.byteLength);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value) || value < least) {
      throw new FoldvoxError(
        "bad-model",
        `Tensor "${tensor.name}" holds ${value} at position ${i}. The export or the training went wrong: export the model anew.`,
      );
    }
  }
}
