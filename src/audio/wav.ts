// WAV files: PCM of every usual kind, read as the bytes arrive.

import { FoldvoxError } from "../errors.ts";
import { PcmDecoder, type PcmFormat } from "./pcm.ts";

export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: PcmFormat;
  /** Sample frames that the file announces; null where it was streamed and does not say. */
  readonly frames: number | null;
}

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Chunks before the data are metadata; one that claims more than this is damage. */
const MAX_CHUNK_BYTES = 16 * 1024 * 1024;

const bad = (message: string) => new FoldvoxError("bad-wav", message);

function encodingOf(tag: number, bits: number): PcmFormat {
  const encodings: Record<string, PcmFormat> = {
    [`${PCM}:8`]: "u8",
    [`${PCM}:16`]: "s16le",
    [`${PCM}:24`]: "s24le",
    [`${PCM}:32`]: "s32le",
    [`${IEEE_FLOAT}:32`]: "f32le",
    [`${IEEE_FLOAT}:64`]: "f64le",
  };
  const encoding = encodings[`${tag}:${bits}`];
  if (encoding) return encoding;
  throw bad(
    `The WAV file holds ${bits}-bit audio of format ${tag}, not PCM. Convert it first, for example: ffmpeg -i in.wav -c:a pcm_s16le out.wav`,
  );
}

function readFormat(view: DataView): Omit<WavFormat, "frames"> {
  if (view.byteLength < 16)
    throw bad(`The WAV file's format chunk has ${view.byteLength} bytes, not 16. It is damaged.`);
  let tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  if (tag === EXTENSIBLE && view.byteLength >= 26) tag = view.getUint16(24, true);
  const encoding = encodingOf(tag, bits);
  if (channels < 1 || channels > 64) throw bad(`The WAV file says that it has ${channels} channels. It is damaged.`);
  if (sampleRate < 4000 || sampleRate > 384000) {
    throw bad(
      `The WAV file says that its sample rate is ${sampleRate} Hz; 4000 to 384000 are understood. It may be damaged.`,
    );
  }
  return { sampleRate, channels, encoding };
}

/** Reads a WAV file from chunks of any length: give bytes to push() and take mono samples from it. */
export class WavReader {
  /** Known once the header has arrived. */
  format: WavFormat | null = null;
  private head: Uint8Array = new Uint8Array(0);
  private known: Omit<WavFormat, "frames"> | null = null;
  private started = false;
  private decoder: PcmDecoder | null = null;
  private remaining = 0;

  /** The samples that these bytes complete; channels are averaged. Errors: bad-wav. */
  push(bytes: Uint8Array): Float32Array {
    if (this.decoder) return this.samples(bytes);
    const joined = new Uint8Array(this.head.length + bytes.length);
    joined.set(this.head);
    joined.set(bytes, this.head.length);
    this.head = joined;
    return this.readChunks() ? this.samples(this.takeHead(this.head.length)) : new Float32Array(0);
  }

  /** The file has ended. Errors: bad-wav if that was before its audio began. */
  finish(): void {
    if (!this.decoder) throw bad("The file ends before any audio: it is not a WAV file, or was cut off.");
  }

  private samples(bytes: Uint8Array): Float32Array {
    const wanted = bytes.subarray(0, Math.min(bytes.length, this.remaining));
    this.remaining -= wanted.length;
    return this.decoder!.decode(wanted);
  }

  private takeHead(count: number): Uint8Array {
    const taken = this.head.subarray(0, count);
    this.head = this.head.subarray(count);
    return taken;
  }

  /** Reads the chunks before the audio; true once the audio begins. */
  private readChunks(): boolean {
    const tagAt = (at: number) => String.fromCharCode(...this.head.subarray(at, at + 4));
    if (!this.started) {
      if (this.head.length < 12) return false;
      if (tagAt(0) !== "RIFF" || tagAt(8) !== "WAVE") {
        throw bad(
          "The file does not begin as a WAV file does. Convert it to WAV first, for example: ffmpeg -i in.mp3 out.wav",
        );
      }
      this.takeHead(12);
      this.started = true;
    }
    while (this.head.length >= 8) {
      const tag = tagAt(0);
      const view = new DataView(this.head.buffer, this.head.byteOffset, this.head.byteLength);
      const size = view.getUint32(4, true);
      if (tag === "data") {
        this.takeHead(8);
        this.begin(size);
        return true;
      }
      if (size > MAX_CHUNK_BYTES) throw bad(`The WAV file's chunk "${tag}" claims ${size} bytes. It is damaged.`);
      // Chunks are padded to even lengths.
      const padded = size + (size % 2);
      if (this.head.length < 8 + padded) return false;
      this.takeHead(8);
      const body = this.takeHead(padded).subarray(0, size);
      if (tag === "fmt ") this.known = readFormat(new DataView(body.buffer, body.byteOffset, body.byteLength));
    }
    return false;
  }

  private begin(size: number): void {
    if (!this.known) throw bad("The WAV file's audio comes before its format. It is damaged.");
    // Programs that stream write no size, or the largest.
    const streamed = size === 0 || size >= 0xfffffff0;
    this.decoder = new PcmDecoder(this.known.encoding, this.known.channels);
    this.remaining = streamed ? Number.POSITIVE_INFINITY : size;
    const bits = { u8: 1, s16le: 2, s24le: 3, s32le: 4, f32le: 4, f64le: 8 }[this.known.encoding];
    this.format = { ...this.known, frames: streamed ? null : Math.floor(size / (bits * this.known.channels)) };
  }
}
