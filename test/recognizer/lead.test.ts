// The silence that a model asks for before every input: it is heard, and takes no time.

import { describe, expect, it } from "vitest";
import type { FinalResult, StreamOptions } from "../../src/index.ts";
import { recognizer } from "../support/engines.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";

const LEAD = 7;
const lead = LEAD / 100;
const silence = new Float32Array(LEAD * 160);
// Loud and soft four times a second, as syllables are.
const sound = randomFloats(5 * 16000, 11, 0.3).map((x, i) => (i % 4000 < 2000 ? x : x / 10));
const endpoint = { silenceWithoutSpeech: Infinity, silenceAfterSpeech: Infinity, longest: Infinity };

/** The same weights, with and without. */
const [led, plain] = [LEAD, 0].map((frames) =>
  recognizer(
    "simd",
    modelFile(smallConfig({}, { head: { type: "ctc", blank: 0, delay: 0, lead: frames } }), { seed: 5 }),
  ),
);

function hear(engine: typeof led, parts: readonly Float32Array[], options: StreamOptions = {}): FinalResult[][] {
  const stream = engine!.createStream({ endpoint, ...options });
  const runs = [0, 1].map(() => {
    for (const part of parts) stream.acceptWaveform(16000, part);
    stream.inputFinished();
    const results = stream.results();
    stream.reset();
    return results;
  });
  stream.free();
  return runs;
}

describe("a model's lead", () => {
  const [first, again] = hear(led, [sound]);

  it("is heard before the audio, after a reset too, and moves no time", () => {
    const [wanted] = hear(plain, [silence, sound]);
    expect(wanted![0]!.result.length).toBeGreaterThan(5);
    expect(first![0]!.text).toBe(wanted![0]!.text);
    first![0]!.result.forEach((word, i) => {
      const { start, end, conf } = wanted![0]!.result[i]!;
      expect(word.conf).toBe(conf);
      // How loud quiet is, is told by the audio; silence in it is part of that, a lead is none of it.
      expect(Math.abs(word.end - (end - lead))).toBeLessThan(0.045);
      if (i > 0) expect(Math.abs(word.start - (start - lead))).toBeLessThan(0.045);
    });
    expect(again).toEqual(first);
  });

  it("changes what is heard", () => {
    expect(hear(plain, [sound])[0]![0]!.result.map(({ conf }) => conf)).not.toEqual(
      first![0]!.result.map(({ conf }) => conf),
    );
  });

  it.each<StreamOptions>([{}, { skipSilence: true }])("is the same with %j, in chunks", (options) => {
    const chunks = [sound.subarray(0, 0), sound.subarray(0, 1234), sound.subarray(1234, 30000), sound.subarray(30000)];
    expect(hear(led, chunks, options)).toEqual([first, first]);
  });

  it("is not waited for where there is no audio", () => {
    expect(hear(led, [])).toEqual([[], []]);
  });
});
