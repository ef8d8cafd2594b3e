// Raw PCM bytes to samples.

import { joined } from "../bytes.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { isUint8Array } from "../kinds.ts";

/** How a sample is written: unsigned or signed integers, floats, or the logarithmic codes of telephony, little-endian. */
export type PcmFormat = "u8" | "s16le" | "s24le" | "s32le" | "f32le" | "f64le" | "alaw" | "mulaw";

/** A-law (ITU-T G.711): sign, three bits of segment and four of step, every other bit inverted. 13 bits in 16. */
function fromALaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / 32768;
}

/** mu-law (ITU-T G.711): the same, all bits inverted, segments around a bias of 33. 14 bits in 16. */
function fromMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
}

const READERS: Record<PcmFormat, { bytes: number; read(view: DataView, at: number): number }> = {
  u8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  s16le: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32768 },
  s24le: { bytes: 3, read: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608 },
  s32le: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2147483648 },
  f32le: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f64le: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  alaw: { bytes: 1, read: (view, at) => fromALaw(view.getUint8(at)) },
  mulaw: { bytes: 1, read: (view, at) => fromMuLaw(view.getUint8(at)) },
};

/** Errors: bad-argument. */
export function checkBytes(bytes: Uint8Array): void {
  if (isUint8Array(bytes)) return;
  throw new FoldvoxError("bad-argument", `The audio's bytes come as ${shown(bytes)}; give a Uint8Array.`);
}

/** Bytes of one sample of one channel. */
export function sampleBytes(format: PcmFormat): number {
  return READERS[format].bytes;
}

/** The mean of channels of one length. */
export function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (!first) return new Float32Array(0);
  if (others.length === 0) return first;
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) {
    let total = first[i]!;
    for (const channel of others) total += channel[i]!;
    mono[i] = total / channels.length;
  }
  return mono;
}

/**
 * Turns bytes that arrive in pieces of any length into samples in -1 ... 1.
 * @example
 * ```ts
 * import { PcmDecoder } from "foldvox";
 *
 * const decoder = new PcmDecoder("s16le", 1);
 * stream.acceptWaveform(16000, decoder.decode(Uint8Array.of(0, 64, 0, 192)));
 * ```
 */
export class PcmDecoder {
  private readonly format: PcmFormat;
  private readonly channels: number;
  private readonly frameBytes: number;
  private rest: Uint8Array = new Uint8Array(0);

  /** Errors: bad-argument. */
  constructor(format: PcmFormat, channels: number) {
    const known: readonly string[] = Object.keys(READERS);
    if (!known.includes(format)) {
      throw new FoldvoxError("bad-argument", `The PCM format is ${shown(format)}; give one of ${known.join(", ")}.`);
    }
    if (!Number.isInteger(channels) || channels < 1 || channels > 64) {
      throw new FoldvoxError(
        "bad-argument",
        `There are ${shown(channels)} channels; give a whole number from 1 to 64.`,
      );
    }
    this.format = format;
    this.channels = channels;
    this.frameBytes = READERS[format].bytes * channels;
  }

  /**
   * Mono samples of all sample frames that are complete, channels averaged; the bytes behind them wait for the next call.
   * Errors: bad-argument.
   */
  decode(bytes: Uint8Array): Float32Array {
    return mixed(this.decodeChannels(bytes));
  }

  /** The same, each channel on its own. Errors: bad-argument. */
  decodeChannels(bytes: Uint8Array): Float32Array[] {
    checkBytes(bytes);
    const all = joined(this.rest, bytes);
    const { bytes: size, read } = READERS[this.format];
    const frames = Math.floor(all.length / this.frameBytes);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const channels = Array.from({ length: this.channels }, (_, channel) => {
      const samples = new Float32Array(frames);
      for (let frame = 0, at = channel * size; frame < frames; frame++, at += this.frameBytes) {
        samples[frame] = read(view, at);
      }
      return samples;
    });
    // Not by slice(), which for Node's Buffer is a view of what the caller may use again.
    this.rest = new Uint8Array(all.subarray(frames * this.frameBytes));
    return channels;
  }
}
