// transcribe and transformStream: their options, and how they are ended.

import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FinalResult, PartialResult } from "../../src/index.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
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
