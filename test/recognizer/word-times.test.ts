// When words were spoken, by the sound.

import { describe, expect, it } from "vitest";
import type { DecodingOptions, StreamOptions, WordResult } from "../../src/index.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
/** Where the sound of each word rises above 35 dB below the loudest, and where it falls below. */
const SPOKEN: readonly (readonly [number, number])[] = [
  [0.31, 0.9],
  [1.24, 1.86],
  [1.97, 2.63],
  [2.78, 3.45],
  [3.79, 4.48],
  [4.6, 5.09],
  [5.26, 5.88],
  [6.23, 6.67],
  [6.8, 7.4],
  [7.76, 8.31],
  [8.44, 9.11],
];
const MOST = 0.06;

function hear(
  model: string,
  sound: Float32Array,
  options: StreamOptions = {},
  chunk = sound.length,
): readonly WordResult[] {
  const stream = recognizer("simd", bytesOf(`models/${model}.safetensors`)).createStream(options);
  for (let at = 0; at < sound.length; at += chunk) stream.acceptWaveform(16000, sound.subarray(at, at + chunk));
  stream.inputFinished();
  const words = stream.results().flatMap(({ result }) => result);
  stream.free();
  return words;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const shifted = (sound: Float32Array, seconds: number) => {
  const longer = new Float32Array(Math.round(seconds * 16000) + sound.length);
  longer.set(sound, longer.length - sound.length);
  return longer;
};

describe("times of words", () => {
  it.each([
    ["commands", {}],
    ["commands-tiny", {}],
    ["commands", { beam: 8 }],
    ["commands", { beam: 8, alternatives: 3 }],
    [
      "commands-tiny",
      { grammar: "#JSGF V1.0; grammar d; public <d> = (zero|one|two|three|four|five|six|seven|eight|nine)+;" },
    ],
  ] as readonly (readonly [string, DecodingOptions])[])("are true of %s with %j", (model, decoding) => {
    const words = hear(model, digits, { decoding });
    expect(words).toHaveLength(SPOKEN.length);
    for (const which of [0, 1] as const) {
      const off = words.map((word, i) => Math.abs((which === 0 ? word.start : word.end) - SPOKEN[i]![which]));
      expect(median(off)).toBeLessThanOrEqual(MOST);
      expect(Math.max(...off)).toBeLessThanOrEqual(2 * MOST);
    }
  });

  it.each<StreamOptions>([{}, { skipSilence: true }])("do not depend on the chunks, with %j", (options) => {
    const whole = hear("commands", digits, options);
    for (const chunk of [160, 1000, 7777]) expect(hear("commands", digits, options, chunk)).toEqual(whole);
  });

  it("move with the sound", () => {
    const before = hear("commands", digits);
    const after = hear("commands", shifted(digits, 1.28));
    expect(after.map(({ word }) => word)).toEqual(before.map(({ word }) => word));
    after.forEach(({ start, end }, i) => {
      expect(Math.abs(start - 1.28 - before[i]!.start)).toBeLessThan(0.045);
      expect(Math.abs(end - 1.28 - before[i]!.end)).toBeLessThan(0.045);
    });
  });

  it("are near in noise, where a beginning may be hidden", () => {
    let state = 1;
    const noise = () => {
      state = (Math.imul(state, 1103515245) + 12345) | 0;
      return state / 2 ** 31;
    };
    const words = hear(
      "commands",
      digits.map((sample) => sample + 0.02 * noise()),
    );
    const off = words.map(({ word, start }, i) =>
      words.length === SPOKEN.length && word ? Math.abs(start - SPOKEN[i]![0]) : 1,
    );
    expect(median(off)).toBeLessThanOrEqual(2 * MOST);
  });

  it("are in order, within the audio, and never empty, in partials too, whatever the sound", () => {
    const stream = recognizer("simd", bytesOf("models/commands.safetensors")).createStream({
      endpoint: { silenceAfterSpeech: 0.2, longest: 1.5 },
    });
    const sound = Float32Array.from(
      [...digits, ...digits.map((sample) => sample * 30), ...digits.map(Math.sign)],
      (sample) => Math.max(-1, Math.min(1, sample)),
    );
    const words: WordResult[] = [];
    const check = (result: readonly WordResult[], from: number) => {
      let before = from;
      for (const { start, end } of result) {
        expect(start).toBeGreaterThanOrEqual(before - 1e-9);
        expect(end).toBeGreaterThan(start);
        before = end;
      }
    };
    for (let at = 0; at < sound.length; at += 1600) {
      stream.acceptWaveform(16000, sound.subarray(at, at + 1600));
      for (const { result } of stream.results()) words.push(...result);
      check(stream.partial().partial_result, words[words.length - 1]?.end ?? 0);
    }
    expect(words.length).toBeGreaterThan(10);
    check(words, 0);
  });
});
