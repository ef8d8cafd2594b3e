// Samples as callers give them, checked and as f32 in -1 ... 1. Everything behind this point may trust them.

import { FoldvoxError, shown } from "../errors.ts";

/** Float audio beyond full scale is common, by a little; this far out it is 16-bit values given as floats. */
const LARGEST = 256;

/** Checks that sampleRate is one the resampler takes. Errors: bad-argument. */
export function checkSampleRate(sampleRate: number): void {
  if (!Number.isInteger(sampleRate) || sampleRate < 4000 || sampleRate > 384000) {
    throw new FoldvoxError(
      "bad-argument",
      `The sample rate is ${shown(sampleRate)}; give the rate of the audio in Hz, a whole number from 4000 to 384000.`,
    );
  }
}

/** Int16 scaled to -1 ... 1, floats as they are. Errors: bad-argument, bad-audio (NaN, infinite, or far out of range). */
export function checkSamples(samples: Float32Array | Int16Array): Float32Array {
  if (samples instanceof Int16Array) {
    const scaled = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) scaled[i] = samples[i]! / 32768;
    return scaled;
  }
  if (!(samples instanceof Float32Array)) {
    throw new FoldvoxError(
      "bad-argument",
      "The samples are neither a Float32Array nor an Int16Array; convert them first.",
    );
  }
  for (let i = 0; i < samples.length; i++) {
    // Written so that NaN fails too.
    if (!(Math.abs(samples[i]!) <= LARGEST)) {
      const advice = Number.isFinite(samples[i]!)
        ? "floats are expected in -1 ... 1; divide 16-bit values by 32768 or pass an Int16Array"
        : "every sample must be a finite number; look for a division by zero or an uninitialised buffer before this point";
      throw new FoldvoxError(
        "bad-audio",
        `Sample ${i} of this chunk is ${samples[i]}: ${advice}. The chunk was not used.`,
      );
    }
  }
  return samples;
}
