// Pausing in silence: what is heard of speech stays the same to the bit, over models of every shape.

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/engine/engine.ts";
import type { FinalResult, Recognizer } from "../../src/index.ts";
import { placeTensors } from "../../src/loading/load-arena.ts";
import type { EncoderConfig } from "../../src/model/config.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { SilenceGate } from "../../src/silence/silence-gate.ts";
import { VoiceDetector } from "../../src/silence/voice-detector.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { CONFORMER, modelFile, smallConfig } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const commands = bytesOf("models/commands.safetensors");

const silence = (seconds: number, noise: number, seed: number) =>
  randomFloats(Math.round(seconds * 16000), seed, noise);

function concat(...parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface Heard {
  readonly results: readonly FinalResult[];
  readonly skippedSeconds: number;
}

function hear(engine: Recognizer, audio: Float32Array, skipSilence: boolean, chunk = 4000): Heard {
  const stream = engine.createStream({ skipSilence });
  for (let at = 0; at < audio.length; at += chunk) stream.acceptWaveform(16000, audio.subarray(at, at + chunk));
  stream.inputFinished();
  const { skippedSeconds } = stream.savings();
  const results = stream.results();
  stream.free();
  return { results, skippedSeconds };
}

describe("with the bundled model", () => {
  const engine = recognizer("simd", commands);

  it.each([
    [0, 5],
    [0, 40],
    [0.0005, 40],
    [0.005, 40.123],
  ])("noise of %s and silences of %s s change nothing but the work", (noise, seconds) => {
    const audio = concat(
      silence(seconds, noise, 1),
      digits,
      silence(seconds, noise, 2),
      digits,
      silence(seconds, noise, 3),
    );
    const without = hear(engine, audio, false);
    for (const chunk of [4000, 37001]) {
      const gated = hear(engine, audio, true, chunk);
      expect(gated.results).toEqual(without.results);
      expect(gated.skippedSeconds).toBeGreaterThan(3 * Math.max(0, seconds - 16));
    }
    expect(without.skippedSeconds).toBe(0);
  });

  it("a stream of nothing costs nothing, and may be reset", () => {
    const stream = engine.createStream({ skipSilence: true });
    for (let run = 0; run < 2; run++) {
      stream.acceptWaveform(16000, new Float32Array(16000 * 100));
      stream.inputFinished();
      expect(stream.results()).toEqual([]);
      const { audioSeconds, skippedSeconds, multiplyAdds, energy } = stream.savings();
      expect(audioSeconds).toBe(100);
      expect(skippedSeconds).toBeGreaterThan(94);
      expect(multiplyAdds).toBeGreaterThan(1e9);
      expect(energy.every(({ millijoules }) => millijoules > 0)).toBe(true);
      stream.reset();
    }
    stream.free();
  });

  it("refuses what comes too late, though it would only have been kept", () => {
    const stream = engine.createStream({ skipSilence: true });
    stream.inputFinished();
    expect(errorOf(() => stream.acceptWaveform(16000, new Float32Array(10))).code).toBe("finished");
    stream.free();
    expect(errorOf(() => stream.acceptWaveform(16000, new Float32Array(10))).code).toBe("freed");
  });

  it("speech all the way is never skipped", () => {
    const { skippedSeconds } = hear(engine, concat(digits, digits, digits), true);
    expect(skippedSeconds).toBe(0);
  });
});

/** The encoder's rows through a gate; null for those of skipped silence. */
function gatedRows(file: Uint8Array, audio: Float32Array): (number[] | null)[] {
  const loader = new ModelLoader();
  loader.push(file);
  const engine = Engine.startSync(
    placeTensors(loader, loader.header!, { streams: 1, beam: 1 }, {}),
    engineModule("simd"),
  );
  const { config } = loader.header!;
  const rows: (number[] | null)[] = [];
  const stream = engine.openStream();
  const gate = new SilenceGate(
    stream,
    config,
    (output, count) => {
      const width = output.length / count;
      for (let row = 0; row < count; row++) rows.push([...output.subarray(row * width, (row + 1) * width)]);
    },
    (count) => rows.push(...Array.from({ length: count }, () => null)),
  );
  for (let at = 0; at < audio.length; at += 3333) gate.acceptSamples(audio.subarray(at, at + 3333));
  gate.finish();
  return rows;
}

describe.each<[string, Partial<EncoderConfig>, boolean]>([
  ["plain", {}, false],
  ["of int8", {}, true],
  ["with a memory bank", { memory: 3 }, true],
  ["without left context", { leftContext: 0 }, false],
  ["with left context that no segment divides", { leftContext: 7, segment: 3, rightContext: 2 }, true],
  ["without right context", { rightContext: 0 }, false],
  ["of a Conformer's kind", CONFORMER, true],
  [
    "whose convolution looks farther than its attention",
    { leftContext: 1, layers: [{ attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 24, kernel: 43 }] },
    false,
  ],
  ["whose tokens share many frames", { ...CONFORMER, inputKernel: 9, segment: 3 }, false],
])("a model %s", (_, encoder, int8) => {
  it("gives the very rows that it gives without pauses, and enough of them", () => {
    const file = modelFile(smallConfig(encoder), { seed: 3, weights: int8 ? "int8" : "fp32" });
    // Loud and soft four times a second, as syllables are: steady noise would become the new silence.
    const sound = (seed: number) => silence(3.3, 0.3, seed).map((x, i) => (i % 4000 < 2000 ? x : x / 10));
    const quiet = (seconds: number, seed: number) => silence(seconds, 0.0001, seed);
    const audio = concat(quiet(9.2, 4), sound(5), quiet(12.34, 6), sound(7), quiet(20, 8), sound(9));
    const { output, tokens, dim } = recognizer("simd", file).encode({ waveform: audio });
    const rows = gatedRows(file, audio);
    expect(rows).toHaveLength(tokens);
    rows.forEach((row, i) => {
      if (row) expect(row, `row ${i}`).toEqual([...output.subarray(i * dim, (i + 1) * dim)]);
    });
    // What was skipped is most of the silence, and none of the sound.
    const token = 0.01 * (encoder.stride ?? 4);
    const skipped = rows.filter((row) => row === null).length * token;
    expect(skipped).toBeGreaterThan(20);
    expect(skipped).toBeLessThan(9.2 + 12.34 + 20);
    for (const [from, to] of [
      [9.2, 12.5],
      [24.84, 28.14],
      [48.14, 51.4],
    ] as const) {
      expect(rows.slice(Math.ceil(from / token), Math.floor(to / token)).every((row) => row !== null)).toBe(true);
    }
  });
});

describe("VoiceDetector", () => {
  const blocks = (samples: Float32Array) =>
    Array.from({ length: Math.floor(samples.length / 160) }, (_, i) => samples.subarray(i * 160, (i + 1) * 160));

  it("calls steady noise of any level silence, but for its first moments", () => {
    for (const noise of [0, 1e-4, 1e-2, 0.5]) {
      const detector = new VoiceDetector(0.01);
      const voiced = blocks(silence(30, noise, 8)).map((block) => detector.isVoice(block));
      expect(voiced.slice(100).filter(Boolean).length).toBeLessThan(15);
    }
  });

  it("hears speech as little as it is above the noise", () => {
    for (const level of [1, 0.1, 0.01]) {
      const detector = new VoiceDetector(0.01);
      const noise = silence(10, 0.02 * level, 9);
      for (const block of blocks(noise)) detector.isVoice(block);
      const voiced = blocks(digits.map((x, i) => x * level + noise[i]!)).filter((block) => detector.isVoice(block));
      expect(voiced.length).toBeGreaterThan(200);
    }
  });
});
