// Deferred streams and decodeStreams(): the same words as streams that decode at once, in any company.

import { describe, expect, it } from "vitest";
import { arenaBytes, type FinalResult, type Recognizer, readModelHeader, type StreamOptions } from "../../src/index.ts";
import { BUILDS, bytesOf, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { convertGolden, GOLDEN } from "../support/transducer.ts";
import { readWav } from "../support/wav.ts";

const model = bytesOf("models/commands.safetensors");
const digits = readWav(bytesOf("examples/digits.wav"));
const silence = new Float32Array(16000 * 20);
const OPTIONS: StreamOptions[] = [
  {},
  { decoding: { beam: 8 } },
  { skipSilence: true },
  { endpoint: { silenceAfterSpeech: 0.3 } },
];
const AUDIO = [digits, digits.map((x) => x / 2), Float32Array.from([...silence, ...digits]), digits.subarray(9000)];

/** What streams say of the audio, each with its own options, all of them deferred or none. */
function hear(engine: Recognizer, deferred: boolean): FinalResult[][] {
  const streams = AUDIO.map((_, i) => engine.createStream({ ...OPTIONS[i], deferred }));
  const said: FinalResult[][] = AUDIO.map(() => []);
  const longest = Math.max(...AUDIO.map(({ length }) => length));
  const collect = () => {
    engine.decodeStreams();
    streams.forEach((stream, i) => {
      said[i]!.push(...stream.results());
    });
  };
  for (let at = 0; at < longest; at += 3000) {
    streams.forEach((stream, i) => {
      const chunk = AUDIO[i]!.subarray(at, at + 3000);
      if (chunk.length > 0) stream.acceptWaveform(16000, chunk);
    });
    collect();
  }
  for (const stream of streams) stream.inputFinished();
  collect();
  for (const stream of streams) stream.free();
  return said;
}

describe.each(BUILDS)("the %s build", (build) => {
  it.each([1, 3, 4])("hears the same in batches of %i", (maxBatch) => {
    const engine = recognizer(build, model, { maxStreams: 4, maxBatch });
    const expected = hear(engine, false);
    expect(expected.every((results) => results.length > 0)).toBe(true);
    expect(hear(engine, true)).toEqual(expected);
  });

  it("hears the same with a transducer, whose search joins rows anywhere in the output window", async () => {
    const file = await convertGolden(`${GOLDEN}/like-base`, "int8");
    const engine = recognizer(build, file, { maxStreams: 4, maxBatch: 4, decoding: { beam: 4 } });
    const words = (deferred: boolean) => {
      const streams = AUDIO.map((audio) => {
        const stream = engine.createStream({ deferred });
        stream.acceptWaveform(16000, audio.subarray(0, 60000));
        return stream;
      });
      engine.decodeStreams();
      const partials = streams.map((stream) => stream.partial());
      for (const stream of streams) stream.inputFinished();
      engine.decodeStreams();
      const finals = streams.map((stream) => stream.results());
      for (const stream of streams) stream.free();
      return { partials, finals };
    };
    const expected = words(false);
    expect(expected.finals.flat().length).toBeGreaterThan(2);
    expect(words(true)).toEqual(expected);
  });
});

describe("a deferred stream", () => {
  const open = () => {
    const engine = recognizer("simd", model, { maxStreams: 2, maxBatch: 2, deferred: true });
    return { engine, stream: engine.createStream() };
  };

  it("says nothing before decodeStreams, which names the streams that had something to decode", () => {
    const { engine, stream } = open();
    const idle = engine.createStream();
    stream.acceptWaveform(16000, digits);
    expect(stream.partial().partial).toBe("");
    expect(stream.audioSeconds).toBe(digits.length / 16000);
    expect(engine.decodeStreams()).toEqual([stream]);
    expect(stream.partial().partial).not.toBe("");
    expect(engine.decodeStreams()).toEqual([]);
    expect(idle.partial().partial).toBe("");
  });

  it("checks at once what it is given, and goes on as before", () => {
    const { engine, stream } = open();
    stream.acceptWaveform(16000, digits);
    expect(errorOf(() => stream.acceptWaveform(8000, digits)).code).toBe("bad-argument");
    expect(errorOf(() => stream.acceptWaveform(16000, new Float32Array([Number.NaN]))).code).toBe("bad-audio");
    stream.inputFinished();
    expect(errorOf(() => stream.inputFinished()).code).toBe("finished");
    expect(errorOf(() => stream.acceptWaveform(16000, digits)).code).toBe("finished");
    engine.decodeStreams();
    const whole = engine.createStream({ deferred: false });
    whole.acceptWaveform(16000, digits);
    whole.inputFinished();
    expect(stream.results()).toEqual(whole.results());
  });

  it("keeps what it was given, whatever becomes of the caller's array", () => {
    const { engine, stream } = open();
    const chunk = new Float32Array(4000);
    const whole = engine.createStream({ deferred: false });
    for (let at = 0; at + 4000 <= digits.length; at += 4000) {
      chunk.set(digits.subarray(at, at + 4000));
      stream.acceptWaveform(16000, chunk);
      whole.acceptWaveform(16000, chunk);
    }
    engine.decodeStreams();
    expect(stream.partial().partial).not.toBe("");
    expect(stream.partial()).toEqual(whole.partial());
  });

  it("forgets what waits when it is reset or freed", () => {
    const { engine, stream } = open();
    stream.acceptWaveform(16000, digits);
    stream.inputFinished();
    stream.reset();
    expect(engine.decodeStreams()).toEqual([]);
    stream.acceptWaveform(16000, digits);
    stream.free();
    expect(engine.decodeStreams()).toEqual([]);
    expect(stream.results()).toEqual([]);
    expect(errorOf(() => stream.acceptWaveform(16000, digits)).code).toBe("freed");
    engine.free();
    expect(errorOf(() => engine.decodeStreams()).code).toBe("freed");
  });

  it("tells latencies when all is decoded, so that listeners may use other streams", () => {
    const engine = recognizer("simd", model, { maxStreams: 3, maxBatch: 2 });
    const other = engine.createStream();
    const kinds: string[] = [];
    const onLatency = ({ kind }: { kind: string }) => {
      kinds.push(kind);
      other.acceptWaveform(16000, digits.subarray(0, 8000));
    };
    const streams = [0, 1].map(() => engine.createStream({ deferred: true, onLatency }));
    for (const stream of streams) {
      stream.acceptWaveform(16000, digits);
      stream.inputFinished();
    }
    engine.decodeStreams();
    expect(kinds.filter((kind) => kind === "final").length).toBeGreaterThanOrEqual(2);
    expect(streams[0]!.results()).toEqual(streams[1]!.results());
  });

  it("is not what transcribe uses, which decodes as audio comes", async () => {
    const { engine } = open();
    const texts: string[] = [];
    for await (const result of engine.transcribe([digits])) if ("text" in result) texts.push(result.text);
    expect(texts.length).toBeGreaterThan(0);
  });
});

describe("maxBatch", () => {
  it("takes the scratch memory that was foretold, and no more than there are streams", () => {
    const header = readModelHeader(model);
    const [one, eight, more] = [1, 8, 99].map((batch) => arenaBytes(header, { streams: 8, batch }));
    expect(eight).toBeGreaterThan(one!);
    expect(more).toBe(eight);
    const engine = recognizer("simd", model, { maxStreams: 8, maxBatch: 8 });
    expect(engine.arenaBytes).toBe(eight);
    const streams = Array.from({ length: 8 }, () => engine.createStream({ deferred: true }));
    for (const stream of streams) stream.acceptWaveform(16000, digits);
    engine.decodeStreams();
    const { regions, scratchHighWater } = engine.memoryReport();
    const scratch = regions.find(({ name }) => name === "scratch")!;
    expect(scratchHighWater).toBeGreaterThan(0.9 * scratch.bytes);
    expect(scratchHighWater).toBeLessThanOrEqual(scratch.bytes);
  });

  it.each([0, -1, 1.5, Number.NaN])("of %d is refused", (maxBatch) => {
    expect(errorOf(() => recognizer("simd", model, { maxBatch })).code).toBe("bad-argument");
  });
});
