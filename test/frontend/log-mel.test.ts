// The log-mel front end against torchaudio's MelSpectrogram on speech (golden by training/goldens/make_goldens.py).

import { describe, expect, it } from "vitest";
import { BINS, FRAME_VALUES, LogMel, WINDOW } from "../../src/engine/layout.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { BareEngine } from "../support/bare-engine.ts";
import { BUILDS, bytesOf } from "../support/engines.ts";
import { randomFloats } from "../support/random.ts";

const MELS = 80;
const golden = readSafetensors(bytesOf("test/golden/log-mel.safetensors"));
const tensor = (name: string) => new Float32Array(golden.get(name)!.bytes.slice().buffer);

/** Frames of a whole waveform, reflected at both ends as the recognizer does. */
function logMel(
  build: (typeof BUILDS)[number],
  waveform: Float32Array,
  piecewise: boolean,
  gain: number,
  frames: number,
) {
  const engine = new BareEngine(build, 256);
  const padded = new Float32Array(waveform.length + 400);
  padded.set(waveform, 200);
  for (let i = 1; i <= 200; i++) {
    padded[200 - i] = waveform[i]!;
    padded[199 + waveform.length + i] = waveform[waveform.length - 1 - i]!;
  }
  const address = engine.record(LogMel, {
    ...{ mels: MELS, hop: 160, sampleRate: 16000, piecewise: piecewise ? 1 : 0, gain },
    ...{ window: engine.room(WINDOW), cosines: engine.room(WINDOW), sines: engine.room(WINDOW) },
    ...{ filters: engine.room(2 * MELS), filterWeights: engine.room(2 * BINS) },
    ...{ mean: engine.place(new Float32Array(MELS)), inverseStdDev: engine.place(new Float32Array(MELS).fill(1)) },
    work: engine.room(FRAME_VALUES * 4),
  });
  const samples = engine.place(padded);
  const out = engine.room(frames * MELS);
  engine.call.initLogMel!(address);
  engine.call.logMel!(address, out, samples, frames);
  return engine.floats(out, frames * MELS);
}

describe("log-mel", () => {
  it.each([
    ["natural", false, 1],
    ["piecewise", true, 32767 ** 2],
  ] as const)("%s agrees with torchaudio on speech", (name, piecewise, gain) => {
    const waveform = tensor("waveform");
    const expected = tensor(name);
    const actual = logMel("simd", waveform, piecewise, gain, 1 + Math.floor(waveform.length / 160));
    expect(actual.length).toBe(expected.length);
    const errors = Array.from(expected, (value, i) => Math.abs(actual[i]! - value)).sort((a, b) => a - b);
    const rms = Math.sqrt(errors.reduce((total, error) => total + error * error, 0) / errors.length);
    expect(rms).toBeLessThanOrEqual(1e-4);
    expect(errors[Math.floor(errors.length * 0.999)]).toBeLessThanOrEqual(1e-3);
    expect(errors.at(-1)).toBeLessThanOrEqual(2e-2);
  });

  it("has the same bits in all builds, whatever the number of frames", () => {
    const waveform = randomFloats(1700, 3, 0.3);
    for (let frames = 1; frames <= 10; frames++) {
      const [first, ...others] = BUILDS.map((build) => logMel(build, waveform, false, 1, frames).buffer);
      for (const other of others) expect(new Uint32Array(other)).toEqual(new Uint32Array(first!));
    }
  });

  it("stays finite in digital silence", () => {
    const silence = logMel("simd", new Float32Array(1600), false, 1, 11);
    expect(silence.every((value) => Math.abs(value - Math.log(1e-6)) < 1e-5)).toBe(true);
  });
});
