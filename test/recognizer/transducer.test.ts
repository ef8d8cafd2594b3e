// A transducer through the public classes: audio in, text out. The model is a small one of test/golden/transducer; what it
// makes of real speech is no language, but there is enough of it to see streams, endpoints and results at work.

import { beforeAll, describe, expect, it } from "vitest";
import {
  arenaBytes,
  type DecodingOptions,
  type FinalResult,
  type Recognizer,
  readModelHeader,
} from "../../src/index.ts";
import { type BUILDS, bytesOf, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { fileOf, floatTensor, modelTensors, smallTransducer } from "../support/model-file.ts";
import { convertGolden, GOLDEN } from "../support/transducer.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const stats = JSON.stringify({ mean: new Array(6).fill(14), invstddev: new Array(6).fill(0.5) });
/** The model hears no pauses of speech: short ones make utterances enough. */
const endpoint = { silenceAfterSpeech: 0.3 };
let model: Uint8Array;

beforeAll(async () => {
  model = await convertGolden(`${GOLDEN}/clamped-memory`, "int8", { stats });
});

const open = (decoding: DecodingOptions, build: (typeof BUILDS)[number] = "simd") =>
  recognizer(build, model, { decoding, endpoint });

function transcribe(engine: Recognizer, chunk: number, samples = digits): FinalResult[] {
  const stream = engine.createStream();
  for (let at = 0; at < samples.length; at += chunk) stream.acceptWaveform(16000, samples.subarray(at, at + chunk));
  stream.inputFinished();
  const results = stream.results();
  stream.free();
  return results;
}

const textOf = (results: readonly FinalResult[]) => results.map(({ text }) => text).join(" ");

describe.each<[string, DecodingOptions]>([
  ["greedy", {}],
  ["beam", { beam: 8 }],
])("%s", (_, decoding) => {
  it("tells several utterances, words in order with times and confidence", () => {
    const results = transcribe(open(decoding), 1600);
    expect(results.length).toBeGreaterThanOrEqual(2);
    const words = results.flatMap(({ result }) => result);
    expect(words.length).toBeGreaterThan(8);
    let before = 0;
    for (const { start, end, conf } of words) {
      expect(start).toBeGreaterThanOrEqual(before - 1e-9);
      expect(end).toBeGreaterThan(start);
      expect(conf).toBeGreaterThan(0);
      expect(conf).toBeLessThanOrEqual(1);
      before = end;
    }
    expect(before).toBeLessThanOrEqual(digits.length / 16000 + 0.04);
  });

  it("tells the same whatever the chunks and the build", () => {
    const whole = transcribe(open(decoding), digits.length);
    for (const chunk of [333, 16000]) expect(transcribe(open(decoding), chunk)).toEqual(whole);
    expect(transcribe(open(decoding, "scalar"), 1600)).toEqual(whole);
  });

  it("begins anew after an endpoint and after reset", () => {
    const engine = open(decoding);
    const expected = transcribe(engine, 1600);
    const stream = engine.createStream();
    stream.acceptWaveform(16000, digits.subarray(0, 40000));
    stream.reset();
    stream.acceptWaveform(16000, digits);
    stream.inputFinished();
    expect(stream.results()).toEqual(expected);
  });

  it("runs streams side by side without touching each other", () => {
    const engine = recognizer("simd", model, { decoding, endpoint, maxStreams: 2 });
    const expected = transcribe(engine, 1600);
    const [a, b] = [engine.createStream(), engine.createStream()];
    for (let at = 0; at < digits.length; at += 800) {
      a.acceptWaveform(16000, digits.subarray(at, at + 800));
      b.acceptWaveform(
        16000,
        digits.subarray(at, at + 800).map((sample) => sample / 2),
      );
    }
    a.inputFinished();
    b.inputFinished();
    expect(a.results()).toEqual(expected);
    expect(textOf(b.results())).not.toBe(textOf(expected));
  });

  it("commits what it never takes back, and ends with what it showed", () => {
    const stream = open(decoding).createStream();
    const finals: string[] = [];
    let committed = "";
    let shown = "";
    for (let at = 0; at < digits.length; at += 640) {
      stream.acceptWaveform(16000, digits.subarray(at, at + 640));
      for (const { text } of stream.results()) {
        finals.push(text);
        expect(text.startsWith(committed)).toBe(true);
        committed = "";
      }
      const partial = stream.partial();
      expect(partial.partial.startsWith(partial.committed)).toBe(true);
      expect(partial.committed.startsWith(committed)).toBe(true);
      expect(partial.partial_result.map(({ word }) => word).join(" ")).toBe(partial.partial);
      committed = partial.committed;
      shown = partial.partial;
    }
    expect(finals.length).toBeGreaterThan(0);
    stream.inputFinished();
    expect(stream.results().at(-1)?.text.slice(0, 4)).toBe(shown.slice(0, 4));
  });

  it("takes the memory that was foretold, and no more for minutes of audio", () => {
    const engine = open(decoding);
    const foretold = arenaBytes(readModelHeader(model), { beam: decoding.beam ?? 1 });
    const stream = engine.createStream({ endpoint: { longest: Number.POSITIVE_INFINITY, silenceAfterSpeech: 3600 } });
    for (let minute = 0; minute < 4; minute++) {
      for (let second = 0; second < 60; second += 10) stream.acceptWaveform(16000, digits);
    }
    expect(engine.memoryReport().memoryBytes).toBe(foretold);
    expect(stream.partial().partial.length).toBeGreaterThan(100);
    const scratch = engine.memoryReport().regions.find(({ name }) => name === "scratch")!;
    expect(engine.memoryReport().scratchHighWater).toBeLessThanOrEqual(scratch.bytes);
  });
});

describe("alternatives", () => {
  it("are the beam's best, the first of them the text", () => {
    const results = transcribe(open({ beam: 6, alternatives: 3 }), 1600);
    for (const { text, result, alternatives } of results) {
      expect(alternatives!.length).toBe(3);
      expect(alternatives![0]).toMatchObject({ text, result });
      for (const { confidence } of alternatives!) {
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    }
    expect(textOf(results)).toBe(textOf(transcribe(open({ beam: 6 }), 1600)));
  });
});

describe("decode", () => {
  it("finds in encoder output what a stream without endpoints finds in the audio", () => {
    const engine = open({ beam: 5 });
    const { output, dim } = engine.encode({ waveform: digits });
    const never = { silenceAfterSpeech: 1e9, silenceWithoutSpeech: 1e9, longest: 1e9 };
    const stream = engine.createStream({ endpoint: never });
    stream.acceptWaveform(16000, digits);
    stream.inputFinished();
    const [heard] = stream.results();
    stream.free();
    const [best, ...others] = engine.decode(output);
    expect(best!.text).toBe(heard!.text);
    expect(others.length).toBe(4);
    expect(best!.tokens!.length).toBe(best!.result.length);
    for (const { logProb, start, end } of best!.tokens!) {
      expect(logProb).toBeLessThanOrEqual(0);
      expect(end).toBeGreaterThan(start);
    }
    expect(errorOf(() => engine.decode(output.subarray(1))).code).toBe("bad-argument");
    expect(errorOf(() => engine.decode(new Float32Array(dim).fill(Number.NaN))).code).toBe("bad-argument");
    expect(engine.decode(new Float32Array(0))[0]!.text).toBe("");
  });

  it("of a CTC model tells the text and its words", () => {
    const engine = recognizer("simd", bytesOf("models/commands.safetensors"));
    const { output } = engine.encode({ waveform: digits });
    const [reading] = engine.decode(output);
    expect(reading!.text.split(" ").length).toBe(reading!.result.length);
    expect(engine.decode(output, { decoding: { beam: 8, alternatives: 3 } }).length).toBe(3);
  });
});

describe("options", () => {
  it.each<[DecodingOptions, string]>([
    [{ beam: 0 }, "bad-argument"],
    [{ beam: 1.5 }, "bad-argument"],
    [{ beam: 2000 }, "bad-argument"],
    [{ beam: 4, alternatives: 0 }, "bad-argument"],
    [{ hotwords: ["yes"] }, "unsupported"],
    [{ grammar: ["yes"] }, "unsupported"],
  ])("%j are refused", (decoding, code) => {
    expect(errorOf(() => open(decoding)).code).toBe(code);
  });

  it("of a stream may ask for a smaller beam, not for a larger one than there is room for", () => {
    const engine = open({ beam: 4 });
    engine.createStream({ decoding: { beam: 2 } }).free();
    engine.createStream({ decoding: {} }).free();
    expect(errorOf(() => engine.createStream({ decoding: { beam: 5 } })).message).toContain("laid out for 4");
    engine.createStream().free();
  });

  it.each<[string, DecodingOptions]>([
    ["greedy", {}],
    ["beam", { beam: 4 }],
  ])("says that the joiner's output is not finite, in place of words, %s", (_, decoding) => {
    const config = smallTransducer();
    const tensors = modelTensors(config);
    const { shape } = tensors.get("joiner.linear.weight")!;
    tensors.set("joiner.linear.weight", floatTensor(shape, new Float32Array(shape[0]! * shape[1]!).fill(3e38)));
    const stream = recognizer("simd", fileOf(config, tensors), { decoding }).createStream();
    const error = errorOf(() => stream.acceptWaveform(config.features.sampleRate, digits.subarray(0, 32000)));
    expect(error.code).toBe("bad-model");
    expect(error.message).toContain("not finite");
    expect(stream.results()).toEqual([]);
    // The encoder's are, and so are those of the same model with its own weights.
    const whole = recognizer("simd", fileOf(config, modelTensors(config)), { decoding }).createStream();
    whole.acceptWaveform(config.features.sampleRate, digits.subarray(0, 32000));
  });

  it("cannot make a transducer decode that has only its encoder", () => {
    const engine = recognizer("simd", bytesOf("test/golden/plain-transducer.int8.safetensors"));
    expect(errorOf(() => engine.createStream()).code).toBe("unsupported");
    expect(engine.encode({ waveform: digits }).tokens).toBeGreaterThan(100);
  });
});
