// transcribe and transformStream: their options, and how they are ended.

import { getEventListeners } from "node:events";
import { createReadStream } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FinalResult, PartialResult, TranscribeOptions } from "../../src/index.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { rejectionOf } from "../support/errors.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const model = bytesOf("models/commands.safetensors");

function* chunks() {
  for (let at = 0; at < digits.length; at += 1600) yield digits.subarray(at, at + 1600);
}

describe("transcribe", () => {
  it("takes the options of a stream", async () => {
    const results: (PartialResult | FinalResult)[] = [];
    const options = { decoding: { alternatives: 2 }, endpoint: { silenceAfterSpeech: 60 } };
    for await (const result of recognizer("simd", model).transcribe(chunks(), options)) results.push(result);
    const finals = results.filter((result) => "text" in result);
    expect(finals).toHaveLength(1);
    expect(finals[0]!.alternatives).toHaveLength(2);
    const partials = results.filter((result) => "partial" in result);
    expect(partials.some(({ alternatives }) => alternatives?.length === 2)).toBe(true);
  });

  it("ends when it is aborted, also while it waits for audio, and gives its place back", async () => {
    const engine = recognizer("simd", model);
    const controller = new AbortController();
    async function* stuck() {
      yield* chunks();
      setTimeout(() => controller.abort());
      await new Promise(() => {});
    }
    const results: unknown[] = [];
    const running = (async () => {
      for await (const result of engine.transcribe(stuck(), { signal: controller.signal })) results.push(result);
    })();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(results.length).toBeGreaterThan(0);
    engine.createStream().free();
  });
});

describe("transcribe, given bytes", () => {
  const file = bytesOf("examples/digits.wav");
  const engine = () => recognizer("simd", model);
  async function textOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: TranscribeOptions) {
    const texts: string[] = [];
    for await (const result of engine().transcribe(chunks, options)) if ("text" in result) texts.push(result.text);
    return texts.join(" ");
  }

  it("reads a Node stream of a WAV file, or of raw samples", async () => {
    const expected = await textOf([digits] as unknown as Uint8Array[], {});
    expect(expected.split(" ")).toHaveLength(11);
    const path = new URL("../../examples/digits.wav", import.meta.url);
    expect(await textOf(createReadStream(path, { highWaterMark: 4097 }), { format: "wav" })).toBe(expected);
    const raw = createReadStream(path, { start: 44, highWaterMark: 4097 });
    expect(await textOf(raw, { format: "s16le", sampleRate: 16000, channels: 1 })).toBe(expected);
  });

  it("says what is missing, or too much", async () => {
    const problem = (chunks: unknown[], options: object) => rejectionOf(textOf(chunks as Uint8Array[], options));
    expect((await problem([file], {})).message).toMatch(/comes as bytes; .*format: "wav".*PcmDecoder or a WavReader/);
    expect((await problem([digits], { format: "wav" })).message).toMatch(/is a Float32Array; with a format give bytes/);
    expect((await problem([file], { format: "wav", sampleRate: 8000 })).message).toMatch(/says its own sampleRate/);
    expect((await problem([file], { channels: 2 })).message).toMatch(/give their format too/);
    expect((await problem([file], { format: "mp3" })).message).toMatch(/PCM format is "mp3"/);
    expect((await problem([file.subarray(0, 20)], { format: "wav" })).code).toBe("bad-wav");
  });
});

it("times are whole milliseconds", async () => {
  const stream = recognizer("simd", model).createStream();
  stream.acceptWaveform(16000, digits);
  stream.inputFinished();
  const times = stream.results().flatMap(({ result }) => result.flatMap(({ start, end }) => [start, end]));
  expect(times.length).toBeGreaterThan(20);
  for (const time of times) expect(String(time)).toMatch(/^\d+(\.\d{1,3})?$/);
  stream.free();
});

describe("transformStream", () => {
  const source = (items: unknown[]) =>
    new ReadableStream({
      start(controller) {
        for (const item of items) controller.enqueue(item);
        controller.close();
      },
    });

  it("is errored by what is no audio, and gives its place back", async () => {
    const engine = recognizer("simd", model);
    const read = async () => {
      for await (const _ of source(["text"]).pipeThrough(engine.transformStream() as TransformStream));
    };
    await expect(read()).rejects.toMatchObject({ code: "bad-argument" });
    engine.createStream().free();
  });

  it("is errored with the signal's reason", async () => {
    const engine = recognizer("simd", model);
    const controller = new AbortController();
    const { readable, writable } = engine.transformStream({ signal: controller.signal });
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const reading = readable.getReader().read();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    engine.createStream().free();
    expect(() => engine.transformStream({ signal: controller.signal })).toThrow();
  });

  afterEach(() => vi.unstubAllGlobals());

  it.each(["readable", "writable"] as const)("gives its place back when its %s side gives up", async (side) => {
    // As in Chromium, and in Node before 20.13.
    const Whole = globalThis.TransformStream;
    vi.stubGlobal(
      "TransformStream",
      class extends Whole {
        constructor(transformer?: Transformer) {
          super({ ...transformer, cancel: undefined } as Transformer);
        }
      },
    );
    const engine = recognizer("simd", model);
    const streams = engine.transformStream();
    if (side === "readable") await streams.readable.cancel();
    else await streams.writable.abort();
    engine.createStream().free();
  });

  it.each(["end", "cancel", "failure"])("leaves no listener on the signal after its %s", async (end) => {
    const engine = recognizer("simd", model);
    const { signal } = new AbortController();
    const streams = engine.transformStream({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const results: unknown[] = [];
    if (end === "cancel") await streams.readable.cancel();
    else {
      const told = source(end === "end" ? [...chunks()] : ["text"]).pipeThrough(streams as TransformStream);
      const read = async () => {
        for await (const result of told) results.push(result);
      };
      await read().catch(() => {});
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
    if (end === "end") expect(results.length).toBeGreaterThan(5);
    engine.createStream().free();
  });
});
