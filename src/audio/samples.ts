// Samples as callers give them, checked and as f32 in -1 ... 1. Everything behind this point may trust them.

import { FoldvoxError, shown } from "../errors.ts";
import { isArrayBuffer, isAudioBuffer, isFloat32Array, isInt16Array, isShared, isUint8Array } from "../kinds.ts";

/** Float audio beyond full scale is common, by a little; this far out it is 16-bit values given as floats. */
const LARGEST = 256;

/**
 * 240 dB below full scale: at most 2e-4 of the floor that the logarithm of any feature has. What the front end makes of fainter samples
 * lies near 1e-38, where processors take many times the time.
 */
const INAUDIBLE = 1e-12;

/** Writes the samples to `out`, which may be themselves, with 0 for those that are too faint to matter. */
export function keepAudible(samples: Float32Array, out: Float32Array): Float32Array {
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    out[i] = Math.abs(sample) < INAUDIBLE ? 0 : sample;
  }
  return out;
}

/** Checks that sampleRate is one the resampler takes. Errors: bad-argument. */
export function checkSampleRate(sampleRate: number): void {
  if (!Number.isInteger(sampleRate) || sampleRate < 4000 || sampleRate > 384000) {
    throw new FoldvoxError(
      "bad-argument",
      `The sample rate is ${shown(sampleRate)}; give the rate of the audio in Hz, a whole number from 4000 to 384000.`,
    );
  }
}

/** What to do with something else than samples. */
function adviceFor(given: unknown): string {
  if (isUint8Array(given) || isArrayBuffer(given)) {
    return "bytes become samples by a PcmDecoder, those of a WAV file by a WavReader";
  }
  if (isAudioBuffer(given)) {
    return "give its getChannelData(0), and its sampleRate";
  }
  return "give a Float32Array of values in -1 ... 1, or an Int16Array";
}

/** The samples as an array of no class but the built-in one: what subclasses make of subarray() and slice() is their own affair. */
function plain(samples: Float32Array | Int16Array): Float32Array | Int16Array {
  const made = samples.constructor;
  if (made === Float32Array || made === Int16Array) return samples;
  const { buffer, byteOffset, length } = samples;
  return isInt16Array(samples)
    ? new Int16Array(buffer, byteOffset, length)
    : new Float32Array(buffer, byteOffset, length);
}

/** Memory that is shared with other threads may change when we have looked at it, or been told to look: a copy of that. */
export function unshared<Samples extends Float32Array | Int16Array>(samples: Samples): Samples {
  return ArrayBuffer.isView(samples) && isShared(samples) ? (samples.slice() as Samples) : samples;
}

/** Int16 scaled to -1 ... 1, floats as they are. Errors: bad-argument, bad-audio (NaN, infinite, or far out of range). */
export function checkSamples(given: Float32Array | Int16Array): Float32Array {
  const samples = unshared(isFloat32Array(given) || isInt16Array(given) ? plain(given) : given);
  if (isInt16Array(samples)) {
    const scaled = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) scaled[i] = samples[i]! / 32768;
    return scaled;
  }
  if (!isFloat32Array(samples)) {
    throw new FoldvoxError("bad-argument", `The samples are ${shown(samples)}; ${adviceFor(samples)}.`);
  }
  let isFaint = false;
  for (let i = 0; i < samples.length; i++) {
    const size = Math.abs(samples[i]!);
    if (size < INAUDIBLE && size > 0) isFaint = true;
    // Written so that NaN fails too.
    if (!(size <= LARGEST)) {
      const advice = Number.isFinite(samples[i]!)
        ? "floats are expected in -1 ... 1; divide 16-bit values by 32768 or pass an Int16Array"
        : "every sample must be a finite number; look for a division by zero or an uninitialised buffer before this point";
      throw new FoldvoxError(
        "bad-audio",
        `Sample ${i} of this chunk is ${samples[i]}: ${advice}. The chunk was not used.`,
      );
    }
  }
  return isFaint ? keepAudible(samples, new Float32Array(samples.length)) : samples;
}
