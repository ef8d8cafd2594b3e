// What the audio worklet makes of sound.

import { describe, expect, it } from "vitest";
import { Resampler } from "../../src/audio/resampler.ts";
import { CaptureBlocks } from "../../src/microphone/capture-blocks.ts";

/** Blocks of a signal that comes in quanta of 128 samples on these channels. */
function capture(channels: Float32Array[], deviceRate: number): Float32Array[] {
  const blocks = new CaptureBlocks(deviceRate, 16000, 0.02);
  const made: Float32Array[] = [];
  for (let at = 0; at < channels[0]!.length; at += 128) {
    made.push(...blocks.push(channels.map((channel) => channel.subarray(at, at + 128))));
  }
  return made;
}

const sine = (length: number, rate: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin((i * 2 * Math.PI * 440) / rate));

describe("CaptureBlocks", () => {
  it.each([44100, 48000])("resamples %d Hz as the recognizer would, in blocks of 20 ms", (rate) => {
    const signal = sine(rate, rate);
    const blocks = capture([signal], rate);
    expect(blocks).toHaveLength(50);
    for (const block of blocks.slice(1)) expect(Math.abs(block.length - 320)).toBeLessThanOrEqual(1);
    const whole = new Resampler(rate, 16000).process(signal);
    expect(Float32Array.from(blocks.flatMap((block) => [...block]))).toEqual(whole);
  });

  it("averages channels, hands blocks over for good, and takes silence without channels", () => {
    const left = sine(1280, 16000);
    const blocks = capture([left, new Float32Array(1280)], 16000);
    expect(blocks).toHaveLength(4);
    expect(blocks[0]![10]).toBeCloseTo(left[10]! / 2, 6);
    expect(new Set(blocks.map(({ buffer }) => buffer)).size).toBe(4);
    expect(new CaptureBlocks(16000, 16000, 0.02).push([])).toEqual([]);
  });
});
