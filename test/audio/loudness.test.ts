// How loud every 10 ms is.

import { describe, expect, it } from "vitest";
import { Loudness, STEPS_PER_DECIBEL } from "../../src/audio/loudness.ts";

/** A tone of 2 kHz at an amplitude, so many samples of it. */
const tone = (amplitude: number, samples: number) =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((Math.PI * i) / 4));

describe("Loudness", () => {
  it("tells differences of level in decibels, within a step and a half", () => {
    const levels = [1, 0.1, 0.001].map((amplitude) => {
      const loudness = new Loudness(160);
      loudness.accept(tone(amplitude, 1600));
      return loudness.at(5);
    });
    expect(Math.abs((levels[0]! - levels[1]!) / STEPS_PER_DECIBEL - 20)).toBeLessThan(0.6);
    expect(Math.abs((levels[1]! - levels[2]!) / STEPS_PER_DECIBEL - 40)).toBeLessThan(0.6);
  });

  it("says the same of any chunks", () => {
    const sound = tone(0.3, 3217);
    const [whole, parts] = [new Loudness(160), new Loudness(160)];
    whole.accept(sound);
    for (let at = 0; at < sound.length; at += 37) parts.accept(sound.subarray(at, at + 37));
    expect([parts.first, parts.end]).toEqual([0, 20]);
    for (let block = 0; block < 20; block++) expect(parts.at(block)).toBe(whole.at(block));
  });

  it("takes silence, what is too loud and no numbers for levels too, and starts anew", () => {
    const loudness = new Loudness(160);
    loudness.accept(new Float32Array(480));
    expect(loudness.at(1)).toBe(0);
    loudness.accept(tone(1e30, 480));
    expect(loudness.at(4)).toBe(255);
    loudness.accept(new Float32Array(480).fill(Number.NaN));
    loudness.reset();
    expect(loudness.end).toBe(0);
    loudness.accept(new Float32Array(320));
    expect(loudness.at(1)).toBe(0);
  });

  it("keeps the last minute", () => {
    const loudness = new Loudness(160);
    loudness.accept(tone(1, 16000 * 61));
    loudness.accept(new Float32Array(1600));
    expect([loudness.first, loudness.end]).toEqual([110, 6110]);
    expect(loudness.at(6109)).toBe(0);
    expect(loudness.at(6000)).toBeGreaterThan(200);
  });
});
