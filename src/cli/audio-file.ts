// Audio files for the command, whatever their kind, in pieces as they are read.

import { createReadStream } from "node:fs";
import { WavReader } from "../audio/wav.ts";
import { joined } from "../bytes.ts";
import { CompressedReader, compressedKind, SNIFF_BYTES } from "./audio-decoders.ts";
import { ioError } from "./io-error.ts";

export interface AudioFormat {
  readonly sampleRate: number;
  /** Samples of a channel that the file announces; null where it does not. */
  readonly frames: number | null;
}

/** What both kinds of reader come to. */
interface Reader {
  readonly format: AudioFormat | null;
  push(bytes: Uint8Array): Promise<Float32Array>;
  finish(): Promise<Float32Array>;
  free(): void;
}

function wavReader(): Reader {
  const reader = new WavReader();
  return {
    get format() {
      return reader.format;
    },
    push: async (bytes) => reader.push(bytes),
    finish: async () => {
      reader.finish();
      return new Float32Array(0);
    },
    free: () => {},
  };
}

/** Samples of a channel that a FLAC file's first block announces (RFC 9639, section 8.2); null where it does not. */
function flacFrames(head: Uint8Array): number | null {
  // In Ogg the block lies elsewhere.
  if (head.length < 26 || head[0] !== 0x66) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const frames = (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22);
  return frames === 0 ? null : frames;
}

async function readerFor(head: Uint8Array, warn: (problem: string) => void): Promise<Reader> {
  const kind = compressedKind(head);
  if (kind === null) return wavReader();
  const reader = await CompressedReader.open(kind);
  const frames = kind === "FLAC" ? flacFrames(head) : null;
  return {
    get format() {
      return reader.sampleRate === null ? null : { sampleRate: reader.sampleRate, frames };
    },
    push: (bytes) => reader.push(bytes),
    finish: async () => {
      const rest = await reader.finish();
      const [first] = reader.damages;
      if (first !== undefined) {
        warn(`${reader.damages.length} damaged places were passed over (${first})`);
      }
      return rest;
    },
    free: () => reader.free(),
  };
}

/**
 * A file's mono samples in pieces as they are read; `onFormat` learns what they are before the first, `onWarning` of damage
 * that is passed over (default: stderr). Errors: io, bad-wav, bad-audio, unsupported.
 */
export async function* readAudioFile(
  path: string,
  onFormat: (format: AudioFormat) => void,
  onWarning = (problem: string): void => void process.stderr.write(`${path}: ${problem}\n`),
): AsyncGenerator<Float32Array> {
  let head: Uint8Array = new Uint8Array(0);
  let reader: Reader | null = null;
  let isTold = false;
  let frames = 0;
  const told = (samples: Float32Array): Float32Array => {
    frames += samples.length;
    if (!isTold && reader?.format) {
      onFormat(reader.format);
      isTold = true;
    }
    return samples;
  };
  try {
    for await (const chunk of createReadStream(path)) {
      head = reader ? (chunk as Uint8Array) : joined(head, chunk as Uint8Array);
      if (!reader && head.length < SNIFF_BYTES) continue;
      reader ??= await readerFor(head, onWarning);
      const samples = told(await reader.push(head));
      if (samples.length > 0) yield samples;
    }
    if (!reader) {
      reader = await readerFor(head, onWarning);
      const samples = told(await reader.push(head));
      if (samples.length > 0) yield samples;
    }
    const rest = told(await reader.finish());
    if (rest.length > 0) yield rest;
    const { frames: announced = null, sampleRate = 1 } = reader.format ?? {};
    if (announced !== null && frames < announced) {
      const seconds = (count: number) => (count / sampleRate).toFixed(2);
      onWarning(`only ${seconds(frames)} of ${seconds(announced)} s could be read; the file is cut off or damaged`);
    }
  } catch (cause) {
    throw ioError(path, cause);
  } finally {
    reader?.free();
  }
}
