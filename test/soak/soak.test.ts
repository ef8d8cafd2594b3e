// A minute's worth of what `npm run soak` does for hours, and what must be gone when everything has been freed.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createRecognizer, createRecognizerSync } from "../../src/index.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";
import { readWav } from "../support/wav.ts";
import { longStream, manyStreams, wordsInQuiet } from "./soak.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const tiny = bytesOf("models/commands-tiny.safetensors");

describe("one stream", () => {
  it("hears the same words in the tenth minute as in the first, in the same memory", () => {
    const loaded = recognizer("simd", tiny);
    const before = loaded.memoryReport();
    const stream = loaded.createStream();
    const heard: string[] = [];
    // As long as the sound and a pause that ends the utterance, in whole segments, so that every round meets the same frames.
    const round = new Float32Array(Math.ceil((digits.length + 32000) / 10240) * 10240);
    round.set(digits);
    for (let i = 0; i < 50; i++) {
      stream.acceptWaveform(16000, round);
      heard.push(...stream.results().map(({ text }) => text));
    }
    expect(heard).toHaveLength(50);
    // The first round begins without a left context.
    expect(new Set(heard.slice(1)).size).toBe(1);
    const { arenaBytes, memoryBytes } = loaded.memoryReport();
    expect([arenaBytes, memoryBytes]).toEqual([before.arenaBytes, before.memoryBytes]);
    stream.free();
    loaded.free();
  });

  it("is measured by the minute", () => {
    const loaded = recognizer("simd", modelFile(smallConfig()));
    const { finals, speed, residentBytes } = longStream(loaded, digits, 3 / 60, 1, { endpoint: { longest: 1 } });
    expect(finals).toBeGreaterThan(0);
    for (const value of [...speed, ...residentBytes]) expect(value).toBeGreaterThan(0);
    loaded.free();
  });
});

describe("quiet", () => {
  it("of every kind is heard without a word", () => {
    const loaded = recognizer("simd", tiny);
    const quiet = wordsInQuiet(loaded, 0.05);
    expect(quiet).toHaveLength(10);
    expect(quiet.filter(([, words]) => words > 0)).toEqual([]);
    loaded.free();
  });
});

describe("many streams", () => {
  it("opened and freed in turn hear the same", () => {
    const loaded = recognizer("simd", modelFile(smallConfig(), { weights: "int8" }));
    expect(manyStreams(loaded, randomFloats(8000, 1, 0.3), 1000)).toMatchObject({ streams: 1000, texts: 1 });
    loaded.free();
  });
});

describe("what fails leaves nothing behind", () => {
  const model = modelFile(smallConfig());

  it("no room for a stream, and then there is", () => {
    const loaded = recognizer("simd", model);
    for (let i = 0; i < 200; i++) {
      const stream = loaded.createStream();
      expect(errorOf(() => loaded.createStream()).code).toBe("stream-limit");
      stream.free();
    }
    loaded.free();
  });

  it("an arena that is not allowed, and then one that is", () => {
    for (let i = 0; i < 200; i++) {
      const load = (maxBytes: number) => createRecognizerSync({ model, wasm: engineModule("simd"), maxBytes });
      expect(errorOf(() => load(1000)).code).toBe("out-of-memory");
      load(1e6).free();
    }
  });

  it("loads that are aborted on the way", async () => {
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      let cancelled = 0;
      const body = new ReadableStream<Uint8Array>({
        start: (source) => source.enqueue(model.subarray(0, 100 + 20 * i)),
        cancel: () => void cancelled++,
      });
      const loading = createRecognizer({ model: body, wasm: engineModule("simd"), signal: controller.signal });
      setTimeout(() => controller.abort(new Error("enough")), i % 3);
      await expect(loading).rejects.toThrow("enough");
      expect(cancelled, `load ${i}`).toBe(1);
    }
  });

  it("the process ends by itself when everything has been freed", () => {
    const index = fileURLToPath(new URL("../../build/index.js", import.meta.url));
    const script = `
      const { createRecognizer } = await import(${JSON.stringify(index)});
      const recognizer = await createRecognizer({ maxStreams: 2 });
      const stream = recognizer.createStream();
      stream.acceptWaveform(16000, new Float32Array(16000));
      for await (const _ of recognizer.transcribe([new Float32Array(16000)])) {}
      stream.free();
      recognizer.free();
      console.log(JSON.stringify(process.getActiveResourcesInfo()));
    `;
    const options = { encoding: "utf8", timeout: 60_000 } as const;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
    expect(status).toBe(0);
    // Standard output is all that is open.
    expect(JSON.parse(stdout).filter((resource: string) => !/Wrap$/.test(resource))).toEqual([]);
  });
});
