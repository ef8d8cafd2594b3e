// The log-mel front end against torchaudio's MelSpectrogram on speech (golden by training/make_goldens.py).

import { describe, expect, it } from "vitest";
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
  const record = new Int32Array(13);
  record.set([MELS, 160, 16000, piecewise ? 1 : 0]);
  new Float32Array(record.buffer)[4] = gain;
  record.set(
    [400, 400, 400, 2 * MELS, 2 * 201].map((count) => engine.room(count)),
    5,
  );
  record[10] = engine.place(new Float32Array(MELS));
  record[11] = engine.place(new Float32Array(MELS).fill(1));
  record[12] = engine.room(1801 * 4);
  const address = engine.place(record);
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
