// WAV files: PCM of every usual kind, read as the bytes arrive.

import { joined } from "../bytes.ts";
import { FoldvoxError } from "../errors.ts";
import { checkBytes, mixed, PcmDecoder, type PcmFormat, sampleBytes } from "./pcm.ts";

/** What a WAV file says of its sound. */
export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: PcmFormat;
  /** Sample frames that the file announces; null where it was streamed and does not say. */
  readonly frames: number | null;
}

const PCM = 1;
const IEEE_FLOAT = 3;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;
/** Bytes of the ds64 chunk that hold the sizes of a file too long for 32 bits (EBU Tech 3306). */
const LONG_SIZES_BYTES = 16;
/** As much of a format chunk as says something: up to the first two bytes of the extensible form's sub-format. */
const FORMAT_BYTES = 26;

const bad = (message: string) => new FoldvoxError("bad-wav", message);

/**
 * What programs that stream write for a size that they do not know yet: 0 (GStreamer), 0x7ffff000 (SoX), 0x7fffffff, 0x80000000
 * (arecord) and 0xffffffff (ffmpeg), or a little less, for the headers around it.
 */
function isUnknown(size: number): boolean {
  return size === 0 || (size >= 0x7ffff000 - 100 && size <= 0x80000000) || size >= 0xffffffff - 100;
}

function encodingOf(tag: number, bits: number): PcmFormat {
  const encodings: Record<string, PcmFormat> = {
    [`${PCM}:8`]: "u8",
    [`${PCM}:16`]: "s16le",
    [`${PCM}:24`]: "s24le",
    [`${PCM}:32`]: "s32le",
    [`${IEEE_FLOAT}:32`]: "f32le",
    [`${IEEE_FLOAT}:64`]: "f64le",
    [`${ALAW}:8`]: "alaw",
    [`${MULAW}:8`]: "mulaw",
  };
  const encoding = encodings[`${tag}:${bits}`];
  if (encoding) return encoding;
  throw bad(
    `The WAV file holds ${bits}-bit audio of format ${tag}; PCM of 8, 16, 24 or 32 bits, float of 32 or 64, A-law and mu-law are understood. Convert it first, for example: ffmpeg -i in.wav -c:a pcm_s16le out.wav`,
  );
}

function readFormat(view: DataView): Omit<WavFormat, "frames"> {
  if (view.byteLength < 16)
    throw bad(`The WAV file's format chunk has ${view.byteLength} bytes, not 16. It is damaged.`);
  let tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  if (tag === EXTENSIBLE && view.byteLength >= FORMAT_BYTES) tag = view.getUint16(24, true);
  const encoding = encodingOf(tag, bits);
  if (channels < 1 || channels > 64) throw bad(`The WAV file says that it has ${channels} channels. It is damaged.`);
  if (sampleRate < 4000 || sampleRate > 384000) {
    throw bad(
      `The WAV file says that its sample rate is ${sampleRate} Hz; 4000 to 384000 are understood. It may be damaged.`,
    );
  }
  return { sampleRate, channels, encoding };
}

/**
 * Reads a WAV file from chunks of any length: give bytes to push() and take mono samples from it.
 * @example
 * ```ts types
 * import { createReadStream } from "node:fs";
 * import { WavReader } from "foldvox";
 *
 * const reader = new WavReader();
 * for await (const bytes of createReadStream("talk.wav")) {
 *   const samples = reader.push(bytes);
 *   if (reader.format) console.log(reader.format.sampleRate, samples.length);
 * }
 * ```
 */
export class WavReader {
  /** Known once the header has arrived. */
  format: WavFormat | null = null;
  /** Bytes of a chunk's beginning that wait for the rest of it: at most 8 + FORMAT_BYTES. */
  private head: Uint8Array = new Uint8Array(0);
  private started = false;
  /** Bytes of metadata still to be passed over. */
  private skip = 0;
  private known: Omit<WavFormat, "frames"> | null = null;
  private decoder: PcmDecoder | null = null;
  /** Size of the audio from the ds64 chunk of an RF64 or BW64 file. */
  private longSize: number | null = null;
  /** Bytes of audio still to come. */
  private remaining = 0;

  /** The samples that these bytes complete; channels are averaged. Errors: bad-wav, bad-argument. */
  push(bytes: Uint8Array): Float32Array {
    return mixed(this.pushChannels(bytes));
  }

  /** The same, each channel on its own; none while the header is incomplete. Errors: bad-wav, bad-argument. */
  pushChannels(bytes: Uint8Array): Float32Array[] {
    checkBytes(bytes);
    const audio = this.decoder ? bytes : this.readHeader(joined(this.head, bytes));
    if (!this.decoder) return [];
    const wanted = audio.subarray(0, Math.min(audio.length, this.remaining));
    this.remaining -= wanted.length;
    return this.decoder.decodeChannels(wanted);
  }

  /** The file has ended. Errors: bad-wav if that was before its audio began. */
  finish(): void {
    if (!this.decoder) throw bad("The file ends before any audio: it is not a WAV file, or was cut off.");
  }

  /** Reads what comes before the audio; returns the bytes behind it, and keeps what is incomplete. */
  private readHeader(bytes: Uint8Array): Uint8Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const tagAt = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4));
    let at = 0;
    if (!this.started && bytes.length >= 12) {
      if (!["RIFF", "RF64", "BW64"].includes(tagAt(0)) || tagAt(8) !== "WAVE") {
        throw bad(
          "The file does not begin as a WAV file does. Convert it to WAV first, for example: ffmpeg -i in.m4a out.wav",
        );
      }
      this.started = true;
      at = 12;
    }
    while (this.started) {
      const passed = Math.min(this.skip, bytes.length - at);
      this.skip -= passed;
      at += passed;
      if (bytes.length - at < 8) break;
      const tag = tagAt(at);
      const size = view.getUint32(at + 4, true);
      if (tag === "data") {
        this.begin(size);
        return bytes.subarray(at + 8);
      }
      const kept = tag === "fmt " ? FORMAT_BYTES : tag === "ds64" ? LONG_SIZES_BYTES : 0;
      const wanted = Math.min(size, kept);
      if (bytes.length - at < 8 + wanted) break;
      if (tag === "ds64" && wanted === LONG_SIZES_BYTES) this.longSize = Number(view.getBigUint64(at + 16, true));
      if (tag === "fmt ") this.known = readFormat(new DataView(bytes.buffer, bytes.byteOffset + at + 8, wanted));
      at += 8 + wanted;
      // Chunks are padded to even lengths.
      this.skip = size + (size % 2) - wanted;
    }
    this.head = new Uint8Array(bytes.subarray(at));
    return this.head;
  }

  private begin(shortSize: number): void {
    const size = shortSize === 0xffffffff && this.longSize ? this.longSize : shortSize;
    if (!this.known) throw bad("The WAV file's audio comes before its format. It is damaged.");
    const { encoding, channels } = this.known;
    const streamed = size === shortSize && isUnknown(size);
    this.decoder = new PcmDecoder(encoding, channels);
    this.remaining = streamed ? Number.POSITIVE_INFINITY : size;
    const frames = streamed ? null : Math.floor(size / (sampleBytes(encoding) * channels));
    this.format = { ...this.known, frames };
  }
}
