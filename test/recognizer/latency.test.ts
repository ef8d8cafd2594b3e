// Latency events, and what a live stream lets one change.

import { describe, expect, it, vi } from "vitest";
import type { FinalResult, LatencyEvent, PartialResult, Stream } from "../../src/index.ts";
import { LatencyMeter } from "../../src/recognizer/latency.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const model = bytesOf("models/commands.safetensors");

const word = (text: string, start: number, end: number) => ({ word: text, start, end, conf: 1 });
const final = (...result: FinalResult["result"]): FinalResult => ({
  text: result.map((one) => one.word).join(" "),
  result,
});
const partial = (...result: FinalResult["result"]): PartialResult => ({
  partial: final(...result).text,
  committed: "",
  partial_result: result,
});
const committing = (count: number, ...result: FinalResult["result"]): PartialResult => ({
  ...partial(...result),
  committed: final(...result.slice(0, count)).text,
});

describe("LatencyMeter", () => {
  const yes = word("yes", 1, 1.4);
  const no = word("no", 2, 2.25);

  it("reports each word once, its commitment, the first partial, and finals", () => {
    const events: LatencyEvent[] = [];
    const meter = new LatencyMeter((event) => events.push(event));
    meter.look([], partial(), 0.5, 1);
    meter.look([], partial(yes), 1.5, 2);
    meter.look([], partial(yes), 1.6, 2);
    meter.look([], committing(1, yes, no), 2.5, 3);
    meter.look([final(yes, no)], partial(), 3.75, 4);
    meter.look([final(word("on", 4, 4.5))], partial(word("up", 5, 5.5)), 6, 0);
    expect(events.map(({ kind, text, latencyMs }) => [kind, text, Math.round(latencyMs)])).toEqual([
      ["first-partial", "yes", 502],
      ["word", "yes", 102],
      ["word", "no", 253],
      ["committed", "yes", 1103],
      ["committed", "no", 1504],
      ["final", "yes no", 1504],
      ["first-partial", "on", 2000],
      ["word", "on", 1500],
      ["committed", "on", 1500],
      ["final", "on", 1500],
      ["first-partial", "up", 1000],
      ["word", "up", 500],
    ]);
    expect(events[2]).toMatchObject({ spokenSeconds: 2.25, heardSeconds: 2.5, computeMs: 3 });
  });
});

describe("a stream", () => {
  it("tells the latency of every word and final that it gives", () => {
    const events: LatencyEvent[] = [];
    const stream = recognizer("simd", model).createStream({ onLatency: (event) => events.push(event) });
    for (let at = 0; at < digits.length; at += 800) stream.acceptWaveform(16000, digits.subarray(at, at + 800));
    stream.inputFinished();
    const finals = stream.results();
    const of = (kind: string) => events.filter((event) => event.kind === kind);
    expect(of("final").map(({ text }) => text)).toEqual(finals.map(({ text }) => text));
    expect(of("first-partial")).toHaveLength(finals.length);
    for (const kind of ["word", "committed"]) {
      expect(of(kind).map(({ text }) => text)).toEqual(finals.flatMap(({ result }) => result.map((one) => one.word)));
    }
    for (const { spokenSeconds, heardSeconds, computeMs, latencyMs } of events) {
      expect(heardSeconds).toBeGreaterThanOrEqual(spokenSeconds);
      expect(latencyMs).toBeCloseTo((heardSeconds - spokenSeconds) * 1000 + computeMs, 6);
    }
  });

  it("takes other endpoint rules while it runs", () => {
    const stream = recognizer("simd", model).createStream({ endpoint: { silenceAfterSpeech: 30 } });
    const silence = new Float32Array(16000 * 3);
    stream.acceptWaveform(16000, digits);
    stream.acceptWaveform(16000, silence);
    const before = stream.results();
    expect(errorOf(() => stream.setEndpoint({ silenceAfterSpeech: -1 })).code).toBe("bad-argument");
    stream.setEndpoint({ silenceAfterSpeech: 0.5 });
    stream.acceptWaveform(16000, silence.subarray(0, 8000));
    expect(before).toEqual([]);
    expect(stream.results()).toHaveLength(1);
    stream.setEndpoint({ longest: 1 });
    stream.acceptWaveform(16000, digits);
    expect(stream.results().length).toBeGreaterThan(3);
  });
});

describe("streams of one recognizer", () => {
  it("may each decode in their own way", () => {
    const engine = recognizer("simd", model, { maxStreams: 3, decoding: { alternatives: 3 } });
    const hear = (options: Parameters<typeof engine.createStream>[0]) => {
      const stream = engine.createStream(options);
      stream.acceptWaveform(16000, digits);
      stream.inputFinished();
      const results = stream.results();
      stream.free();
      return results;
    };
    expect(hear({})[0]!.alternatives).toHaveLength(3);
    const greedy = recognizer("simd", model).createStream();
    greedy.acceptWaveform(16000, digits);
    greedy.inputFinished();
    expect(hear({ decoding: {} })).toEqual(greedy.results());
    const only = hear({ decoding: { grammar: "public <n> = (zero | one | two)*;" } });
    expect(only.flatMap(({ result }) => result).every(({ word }) => ["zero", "one", "two"].includes(word))).toBe(true);
    expect(errorOf(() => engine.createStream({ decoding: { grammar: ["banana"] } })).code).toBe("bad-argument");
    for (let i = 0; i < 3; i++) engine.createStream();
    expect(errorOf(() => engine.createStream()).code).toBe("stream-limit");
  });
});

describe("the last word", () => {
  // A word that ends where the file ends, as in a push-to-talk button that is let go.
  const header = recognizer("simd", model);
  const all = header.createStream();
  all.acceptWaveform(16000, digits);
  all.inputFinished();
  const words = all.results().flatMap(({ result }) => result);

  it.each([{}, { decoding: { beam: 8 } }, { skipSilence: true }])(
    "is never lost, whatever the chunks, %j",
    (options) => {
      const engine = recognizer("simd", model, options);
      for (const last of [words[3]!, words.at(-1)!]) {
        const cut = digits.subarray(0, Math.round(last.end * 16000) + 1600);
        const said = [cut.length, 1, 7, 160, 1023, 16000].map((chunk) => {
          const stream = engine.createStream();
          for (let at = 0; at < cut.length; at += chunk) stream.acceptWaveform(16000, cut.subarray(at, at + chunk));
          stream.inputFinished();
          const results = stream.results();
          stream.free();
          return results;
        });
        for (const results of said) expect(results).toEqual(said[0]);
        const heard = said[0]!.flatMap(({ result }) => result);
        expect(heard.at(-1)!.word).toBe(last.word);
        expect(heard.at(-1)!.end).toBeLessThanOrEqual(cut.length / 16000);
      }
    },
  );
});

describe("listeners", () => {
  const feed = (stream: Stream) => {
    stream.acceptWaveform(16000, digits);
    stream.inputFinished();
  };

  it("that throw keep nobody from results and events; what they throw is told later", () => {
    vi.useFakeTimers();
    const loaded = recognizer("simd", model, { maxStreams: 2 });
    const heard: string[] = [];
    const failing = loaded.createStream({
      onLatency: () => {
        throw new Error("mine");
      },
    });
    const other = loaded.createStream({ onLatency: ({ text }) => heard.push(text) });
    for (const stream of [failing, other]) feed(stream);
    expect(failing.results().map(({ text }) => text)).toEqual(other.results().map(({ text }) => text));
    expect(heard.length).toBeGreaterThan(5);
    expect(() => vi.runAllTimers()).toThrow("mine");
    vi.useRealTimers();
    loaded.free();
  });

  it("that free their stream hear nothing more", () => {
    const loaded = recognizer("simd", model);
    let calls = 0;
    const stream = loaded.createStream({
      onLatency: () => {
        calls++;
        stream.free();
      },
    });
    stream.acceptWaveform(16000, digits);
    expect(calls).toBe(1);
    loaded.free();
  });

  it("that fetch results do not take events away", () => {
    const loaded = recognizer("simd", model);
    const kinds: string[] = [];
    const stream = loaded.createStream({
      onLatency: ({ kind }) => {
        stream.results();
        kinds.push(kind);
      },
    });
    feed(stream);
    expect(kinds).toContain("final");
    loaded.free();
  });

  it("may use other streams", () => {
    const loaded = recognizer("simd", model, { maxStreams: 2 });
    const other = loaded.createStream();
    const stream = loaded.createStream({
      onLatency: () => other.acceptWaveform(16000, digits.subarray(0, 8000)),
    });
    const alone = recognizer("simd", model).createStream();
    for (const one of [stream, alone]) feed(one);
    expect(other.audioSeconds).toBeGreaterThan(0);
    expect(stream.results()).toEqual(alone.results());
    loaded.free();
  });
});
