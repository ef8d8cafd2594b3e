// The resampler, measured: pass band, stop band, timing, and the same bits for any chunks.

import { describe, expect, it } from "vitest";
import { Resampler } from "../../src/audio/resampler.ts";
import { randomFloats } from "../support/random.ts";

const decibels = (ratio: number) => 20 * Math.log10(ratio);

function resample(input: Float32Array, inputRate: number, outputRate: number, chunk = input.length): Float32Array {
  const resampler = new Resampler(inputRate, outputRate);
  const parts: Float32Array[] = [];
  for (let at = 0; at < input.length; at += chunk) parts.push(resampler.process(input.subarray(at, at + chunk)));
  parts.push(resampler.flush());
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

const sine = (rate: number, hertz: number, samples: number) =>
  Float32Array.from({ length: samples }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

/** The rates' filter reaches 64 samples of the lower rate: what is further from both ends has settled. */
const SETTLE = 72;

/** A sine resampled, and the very sine at the output rate, both without their ends. */
function settled(inputRate: number, outputRate: number, hertz: number): { output: Float32Array; ideal: Float32Array } {
  const low = Math.min(inputRate, outputRate);
  const output = resample(sine(inputRate, hertz, Math.ceil((inputRate * 480) / low)), inputRate, outputRate);
  const ideal = sine(outputRate, hertz, output.length);
  const edge = Math.ceil((SETTLE * outputRate) / low);
  return { output: output.subarray(edge, -edge), ideal: ideal.subarray(edge, -edge) };
}

const RATES: [number, number][] = [
  [8000, 16000],
  [11025, 16000],
  [12000, 16000],
  [22050, 16000],
  [24000, 16000],
  [32000, 16000],
  [44100, 16000],
  [48000, 16000],
  [88200, 16000],
  [96000, 16000],
  [192000, 16000],
  [384000, 16000],
  [4000, 16000],
  [47999, 16000],
  [16000, 8000],
  [4001, 96000],
];

const DOWN = RATES.filter(([inputRate, outputRate]) => inputRate > outputRate);

describe.each(RATES)("%i to %i Hz", (inputRate, outputRate) => {
  const low = Math.min(inputRate, outputRate);

  it("passes everything to 0.46 of the lower rate, in time and within 0.001 dB, with nothing added above -85 dB", () => {
    for (const share of [0.003, 0.05, 0.13, 0.21, 0.3, 0.37, 0.42, 0.46]) {
      const { output, ideal } = settled(inputRate, outputRate, share * low);
      const gain = output.reduce((sum, x, i) => sum + x * ideal[i]!, 0) / ideal.reduce((sum, x) => sum + x * x, 0);
      expect(Math.abs(decibels(gain)), `gain at ${share}`).toBeLessThan(0.001);
      // Against the very sine at times k / outputRate: a delay of a thousandth of a sample would show.
      const rest = output.map((x, i) => x - gain * ideal[i]!);
      expect(decibels(rms(rest) / rms(ideal)), `residue at ${share}`).toBeLessThan(-85);
    }
  });

  it("keeps a constant", () => {
    const output = resample(new Float32Array(Math.ceil((inputRate * 200) / low)).fill(1), inputRate, outputRate);
    const edge = Math.ceil((SETTLE * outputRate) / low);
    for (const x of output.subarray(edge, -edge)) expect(Math.abs(x - 1)).toBeLessThan(2e-4);
  });

  it("gives ceil(n * output / input) samples for n", () => {
    for (const n of [0, 1, 2, 3, 10, 99, 160, 1001]) {
      expect(resample(new Float32Array(n), inputRate, outputRate)).toHaveLength(
        Math.ceil((n * outputRate) / inputRate),
      );
    }
  });

  it("gives the same bits for any chunks", () => {
    const noise = randomFloats(Math.ceil((inputRate * 150) / low) + 7, inputRate);
    const whole = resample(noise, inputRate, outputRate);
    for (const chunk of [1, 2, 7, 64, 128, 1000]) {
      expect(
        Buffer.compare(Buffer.from(resample(noise, inputRate, outputRate, chunk).buffer), Buffer.from(whole.buffer)),
      ).toBe(0);
    }
  });
});

describe.each(DOWN)("%i down to %i Hz", (inputRate, outputRate) => {
  it("keeps what would alias 82 dB down, from half the lower rate on", () => {
    const shares = [0.5, 0.52, 0.6, 0.77, 1, 1.3, (0.49 * inputRate) / outputRate];
    for (const share of shares.filter((x) => x >= 0.5 && x < (0.5 * inputRate) / outputRate)) {
      const hertz = share * outputRate;
      const { output } = settled(inputRate, outputRate, hertz);
      expect(decibels(rms(output) / Math.SQRT1_2), `${hertz} Hz`).toBeLessThan(-82);
    }
  });
});

describe("Resampler", () => {
  it("hands samples on untouched at equal rates", () => {
    const resampler = new Resampler(16000, 16000);
    const input = randomFloats(10, 1);
    expect(resampler.process(input)).toBe(input);
    expect(resampler.flush()).toHaveLength(0);
  });

  it("stays in time after a minute, within one sample", () => {
    const resampler = new Resampler(44100, 16000);
    const silence = new Float32Array(44100);
    let before = 0;
    for (let second = 0; second < 60; second++) before += resampler.process(silence).length;
    const click = silence.slice();
    click[22050] = 1;
    const after = resampler.process(click);
    expect(before + after.indexOf(Math.max(...after))).toBe(60 * 16000 + 8000);
  });

  it("takes empty chunks", () => {
    const resampler = new Resampler(48000, 16000);
    expect(resampler.process(new Float32Array(0))).toHaveLength(0);
    expect(resampler.process(new Float32Array(480)).length).toBeGreaterThan(0);
    expect(resampler.process(new Float32Array(0))).toHaveLength(0);
  });
});
