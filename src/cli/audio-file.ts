// Audio for the command, whatever its kind, in pieces as it is read, each channel on its own.

import { mixed, PcmDecoder, type PcmFormat } from "../audio/pcm.ts";
import { WavReader } from "../audio/wav.ts";
import { joined } from "../bytes.ts";
import { FoldvoxError } from "../errors.ts";
import { CompressedReader, compressedKind, SNIFF_BYTES } from "./audio-decoders.ts";
import { bytesOf, nameOf, STDIN } from "./audio-source.ts";

export interface AudioFormat {
  readonly sampleRate: number;
  /** Samples of a channel that the file announces; null where it does not. */
  readonly frames: number | null;
}

/** What samples on stdin are where no file begins there. */
export interface RawFormat {
  readonly format: PcmFormat;
  readonly sampleRate: number;
  readonly channels: number;
}

/** What all kinds of reader come to: channels of samples. */
interface Reader {
  readonly format: AudioFormat | null;
  push(bytes: Uint8Array): Promise<Float32Array[]>;
  finish(): Promise<Float32Array[]>;
  free(): void;
}

function wavReader(): Reader {
  const reader = new WavReader();
  return {
    get format() {
      return reader.format;
    },
    push: async (bytes) => reader.pushChannels(bytes),
    finish: async () => {
      reader.finish();
      return [];
    },
    free: () => {},
  };
}

function rawReader({ format, sampleRate, channels }: RawFormat): Reader {
  const decoder = new PcmDecoder(format, channels);
  return {
    format: { sampleRate, frames: null },
    push: async (bytes) => decoder.decodeChannels(bytes),
    finish: async () => [],
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

/** How WAV, FLAC, Ogg and MP3 files with tags begin. Without a tag, MP3 cannot be told from samples. */
const FILES = /^(RIFF|RF64|BW64|fLaC|OggS|ID3)/;

async function readerFor(head: Uint8Array, warn: (problem: string) => void, raw?: RawFormat): Promise<Reader> {
  const isFile = FILES.test(String.fromCharCode(...head.subarray(0, 4)));
  if (raw && !isFile) return rawReader(raw);
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

/** Errors name what they are about. */
export function naming(path: string, cause: unknown): unknown {
  if (!(cause instanceof FoldvoxError) || cause.message.startsWith(path)) return cause;
  return new FoldvoxError(cause.code, `${nameOf(path)}: ${cause.message}`, { cause: cause.cause ?? cause });
}

/** Who learns of what a file is, before its first samples, and of damage that is passed over (default: stderr). */
export interface AudioListeners {
  readonly onFormat: (format: AudioFormat) => void;
  readonly onWarning?: (problem: string) => void;
}

/**
 * The channels of a file, an address or stdin in pieces as they are read; `raw` says what stdin holds where no file begins
 * there. Errors: io, bad-wav, bad-audio, unsupported.
 */
export async function* readChannels(
  path: string,
  listeners: AudioListeners,
  raw?: RawFormat,
): AsyncGenerator<Float32Array[]> {
  const { onFormat, onWarning: warn = (problem) => process.stderr.write(`${nameOf(path)}: ${problem}\n`) } = listeners;
  const rawOfStdin = path === STDIN ? raw : undefined;
  let head: Uint8Array = new Uint8Array(0);
  let reader: Reader | null = null;
  let isTold = false;
  let frames = 0;
  const told = (channels: Float32Array[]): Float32Array[] => {
    frames += channels[0]?.length ?? 0;
    if (!isTold && reader?.format) {
      onFormat(reader.format);
      isTold = true;
    }
    return channels;
  };
  const hasSamples = (channels: Float32Array[]) => (channels[0]?.length ?? 0) > 0;
  try {
    for await (const chunk of bytesOf(path)) {
      head = reader ? chunk : joined(head, chunk);
      if (!reader && head.length < SNIFF_BYTES) continue;
      reader ??= await readerFor(head, warn, rawOfStdin);
      const channels = told(await reader.push(head));
      if (hasSamples(channels)) yield channels;
    }
    if (!reader) {
      reader = await readerFor(head, warn, rawOfStdin);
      const channels = told(await reader.push(head));
      if (hasSamples(channels)) yield channels;
    }
    const rest = told(await reader.finish());
    if (hasSamples(rest)) yield rest;
    const { frames: announced = null, sampleRate = 1 } = reader.format ?? {};
    if (announced !== null && frames < announced) {
      const seconds = (count: number) => (count / sampleRate).toFixed(2);
      warn(`only ${seconds(frames)} of ${seconds(announced)} s could be read; the file is cut off or damaged`);
    }
  } catch (cause) {
    throw naming(path, cause);
  } finally {
    reader?.free();
  }
}

/** The same, channels averaged. */
export async function* readAudioFile(
  path: string,
  onFormat: (format: AudioFormat) => void,
  onWarning?: (problem: string) => void,
): AsyncGenerator<Float32Array> {
  const listeners = { onFormat, ...(onWarning && { onWarning }) };
  for await (const channels of readChannels(path, listeners)) yield mixed(channels);
}
