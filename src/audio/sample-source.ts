// Audio as callers hand it over in pieces, samples or bytes of a known format, as samples of a known rate.

import { FoldvoxError, shown } from "../errors.ts";
import { isUint8Array } from "../kinds.ts";
import { PcmDecoder, type PcmFormat } from "./pcm.ts";
import { checkSampleRate } from "./samples.ts";
import { WavReader } from "./wav.ts";

/** What the bytes of a source are: a WAV file, or raw samples. */
export type ByteFormat = "wav" | PcmFormat;

/** How a source is to be read. */
export interface SourceOptions {
  /** Rate of the samples in Hz. Default 16000; a WAV file says its own. */
  readonly sampleRate?: number;
  /** What bytes are, if the source yields bytes: "wav", or raw samples such as "s16le". */
  readonly format?: ByteFormat;
  /** Interleaved channels of raw bytes, which are averaged. Default 1. */
  readonly channels?: number;
}

/** Audio in pieces: samples, or bytes where a format is told. */
export type AudioChunk = Float32Array | Int16Array | Uint8Array;

/** Reads one source. */
export class SampleSource {
  private readonly wav: WavReader | null;
  private readonly pcm: PcmDecoder | null;
  private readonly givenRate: number;

  /** Errors: bad-argument. */
  constructor({ sampleRate, format, channels }: SourceOptions) {
    if (format === undefined && channels !== undefined) {
      throw new FoldvoxError("bad-argument", "channels are those of raw bytes; give their format too, such as s16le.");
    }
    if (format === "wav" && (sampleRate !== undefined || channels !== undefined)) {
      throw new FoldvoxError("bad-argument", "A WAV file says its own sampleRate and channels; give neither.");
    }
    this.givenRate = sampleRate ?? 16000;
    checkSampleRate(this.givenRate);
    this.wav = format === "wav" ? new WavReader() : null;
    this.pcm = format === undefined || format === "wav" ? null : new PcmDecoder(format, channels ?? 1);
  }

  /** Hz of the samples that read() gives. */
  get sampleRate(): number {
    return this.wav?.format?.sampleRate ?? this.givenRate;
  }

  /** The samples of a chunk. Errors: bad-argument, bad-wav. */
  read(chunk: AudioChunk): Float32Array | Int16Array {
    const reader = this.wav ?? this.pcm;
    if (reader && !isUint8Array(chunk)) {
      throw new FoldvoxError("bad-argument", `A chunk is ${shown(chunk)}; with a format give bytes, as a Uint8Array.`);
    }
    if (this.wav) return this.wav.push(chunk as Uint8Array);
    if (this.pcm) return this.pcm.decode(chunk as Uint8Array);
    if (isUint8Array(chunk)) {
      throw new FoldvoxError(
        "bad-argument",
        'The audio comes as bytes; say what they are, as in { format: "wav" } or { format: "s16le", sampleRate: 16000 }, or make samples of them by a PcmDecoder or a WavReader.',
      );
    }
    return chunk;
  }

  /** The source has ended. Errors: bad-wav if that was before its audio began. */
  finish(): void {
    this.wav?.finish();
  }
}
