// The recognizer in a worker: the same words as without one, notices before replies, and every error at the caller.

import { afterEach, describe, expect, it } from "vitest";
import type { FinalResult, LoadProgress } from "../../src/index.ts";
import {
  createWorkerRecognizer,
  type WorkerRecognizer,
  type WorkerRecognizerOptions,
  type WorkerStreamOptions,
} from "../../src/worker/worker-recognizer.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { localWorker } from "../support/local-worker.ts";
import { readWav } from "../support/wav.ts";

const model = bytesOf("models/commands.safetensors");
const digits = readWav(bytesOf("examples/digits.wav"));
const open: WorkerRecognizer[] = [];

async function create(options: WorkerRecognizerOptions = {}) {
  const made = await createWorkerRecognizer({ model, wasm: engineModule("simd"), worker: localWorker(), ...options });
  open.push(made);
  return made;
}

afterEach(() => {
  for (const made of open.splice(0)) made.free();
});

function expected(): FinalResult[] {
  const stream = recognizer("simd", model).createStream();
  stream.acceptWaveform(16000, digits);
  stream.inputFinished();
  return stream.results();
}

describe("a recognizer in a worker", () => {
  it("says of itself what the model says, and its memory", async () => {
    const worker = await create();
    expect(worker.config.name).toBe("commands");
    expect(worker.build).toBe("simd");
    expect((await worker.memoryReport()).memoryBytes).toBe(worker.arenaBytes);
  });

  it("tells whether it is alive: not when its worker has died, nor when it is freed", async () => {
    const local = localWorker();
    const worker = await create({ worker: local });
    expect(worker.isAlive).toBe(true);
    local.fail("out of memory");
    expect(worker.isAlive).toBe(false);
    const other = await create();
    other.free();
    expect(other.isAlive).toBe(false);
  });

  it("hears a shared buffer as it was when it was handed over", async () => {
    const worker = await create();
    const finals: FinalResult[] = [];
    const stream = await worker.createStream({ onFinal: (result) => finals.push(result) });
    const ring = new Float32Array(new SharedArrayBuffer(4 * 1600));
    for (let at = 0; at < digits.length; at += 1600) {
      ring.fill(0);
      ring.set(digits.subarray(at, at + 1600));
      // Not waited for: as in a page whose audio thread goes on writing.
      void stream.acceptWaveform(16000, ring);
    }
    ring.fill(0);
    await stream.inputFinished();
    const words = (results: FinalResult[]) => results.map(({ text }) => text).join(" ");
    expect(words(finals)).toBe(words(expected()));
  });

  it("hears what the recognizer hears without a worker, and tells it before the call is answered", async () => {
    const worker = await create();
    const finals: FinalResult[] = [];
    const partials: string[] = [];
    const words: string[] = [];
    const stream = await worker.createStream({
      onPartial: ({ partial }) => partials.push(partial),
      onFinal: (result) => finals.push(result),
      onLatency: ({ kind, text }) => kind === "word" && words.push(text),
    });
    let seconds = 0;
    for (let at = 0; at < digits.length; at += 1600) {
      const progress = await stream.acceptWaveform(16000, digits.subarray(at, at + 1600));
      expect(progress.audioSeconds).toBeGreaterThan(seconds);
      seconds = progress.audioSeconds;
    }
    const { audioSeconds, computeSeconds } = await stream.inputFinished();
    expect(finals).toEqual(expected());
    expect(audioSeconds).toBeCloseTo(digits.length / 16000, 6);
    expect(computeSeconds).toBeGreaterThan(0);
    expect(words).toEqual(finals.flatMap(({ text }) => text.split(" ")));
    // A partial for each change only, and none that is the same as the one before.
    expect(partials.length).toBeGreaterThanOrEqual(words.length);
    expect(partials.length).toBeLessThan(digits.length / 1600);
  });

  it("begins anew after reset, and takes endpoint rules", async () => {
    const worker = await create();
    const finals: FinalResult[] = [];
    const stream = await worker.createStream({ onFinal: (result) => finals.push(result) });
    await stream.acceptWaveform(16000, digits);
    await stream.reset();
    finals.length = 0;
    await stream.setEndpoint({ silenceAfterSpeech: 100 });
    await stream.acceptWaveform(16000, digits);
    await stream.inputFinished();
    expect(finals).toHaveLength(1);
    expect(finals[0]!.text).toBe(
      expected()
        .map(({ text }) => text)
        .join(" "),
    );
    await expect(stream.setEndpoint({ longest: -1 })).rejects.toMatchObject({ code: "bad-argument" });
  });

  it("refuses grammars, keywords and their changes where the model hears words", async () => {
    const worker = await create();
    await expect(worker.prepareGrammar(["stop"])).rejects.toMatchObject({ code: "unsupported" });
    const keywords = worker.createStream({ decoding: { keywords: ["stop"] }, onKeyword: () => {} });
    await expect(keywords).rejects.toMatchObject({ code: "unsupported" });
    const stream = await worker.createStream({ decoding: { grammar: ["stop"] } });
    await expect(stream.setGrammar(null)).rejects.toMatchObject({ code: "unsupported" });
  });

  it("tells how far loading is", async () => {
    const told: number[] = [];
    const onProgress = ({ loadedBytes, totalBytes }: LoadProgress) => told.push(loadedBytes, totalBytes!);
    await create({ onProgress });
    expect(told.slice(-2)).toEqual([model.length, model.length]);
  });

  it("stops loading when told to, and no worker stays behind", async () => {
    const worker = localWorker();
    const controller = new AbortController();
    const options = { model, wasm: engineModule("simd"), worker, signal: controller.signal };
    const creating = createWorkerRecognizer(options);
    controller.abort();
    await expect(creating).rejects.toMatchObject({ name: "AbortError" });
    expect(worker.terminated).toBe(true);
  });

  it("does not take more memory than maxBytes", async () => {
    await expect(create({ maxBytes: 100_000 })).rejects.toMatchObject({ code: "out-of-memory" });
  });

  it("keeps two streams apart", async () => {
    const worker = await create({ maxStreams: 2 });
    const texts: string[] = [];
    const streams = await Promise.all(
      [0, 1].map((n) => worker.createStream({ onFinal: ({ text }) => (texts[n] = `${texts[n] ?? ""} ${text}`) })),
    );
    await Promise.all(streams.map((stream) => stream.acceptWaveform(16000, digits)));
    await Promise.all(streams.map((stream) => stream.inputFinished()));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]!.trim()).not.toBe("");
  });
});

describe("errors come to the caller", () => {
  it("of audio, and the stream goes on", async () => {
    const stream = await (await create()).createStream();
    await expect(stream.acceptWaveform(16000, new Float32Array([Number.NaN]))).rejects.toMatchObject({
      name: "FoldvoxError",
      code: "bad-audio",
    });
    expect((await stream.acceptWaveform(16000, digits)).audioSeconds).toBeGreaterThan(9);
  });

  it("of streams: too many, wrong options, freed", async () => {
    const worker = await create();
    const stream = await worker.createStream();
    await expect(worker.createStream()).rejects.toMatchObject({ code: "stream-limit" });
    await stream.free();
    await stream.free();
    await expect(stream.acceptWaveform(16000, digits)).rejects.toMatchObject({ code: "freed" });
    await expect(worker.createStream({ endpoint: { longest: 0 } })).rejects.toMatchObject({ code: "bad-argument" });
    await worker.createStream();
  });

  it("of options that cannot be cloned", async () => {
    const worker = await create();
    const endpoint = { longest: (() => 1) as unknown as number };
    await expect(worker.createStream({ endpoint })).rejects.toMatchObject({ code: "bad-argument" });
  });

  it("of wrong options, before a worker is started", async () => {
    for (const options of [null, { modle: model }, { onProgress: 1 }, { signal: AbortSignal.abort() }]) {
      const worker = localWorker();
      const creating = createWorkerRecognizer((options && { ...options, worker }) as WorkerRecognizerOptions);
      await expect(creating).rejects.toThrow(/^options|abort/);
      expect(worker.terminated).toBe(false);
    }
    const worker = await create();
    for (const options of [null, { onResult() {} }, { onFinal: 1 }]) {
      const opening = worker.createStream(options as WorkerStreamOptions);
      await expect(opening).rejects.toMatchObject({ code: "bad-argument" });
    }
  });

  it("of the model, and no worker stays behind", async () => {
    const worker = localWorker();
    const options = { model: new Uint8Array(100), wasm: engineModule("simd"), worker };
    await expect(createWorkerRecognizer(options)).rejects.toMatchObject({ code: "bad-model" });
    expect(worker.terminated).toBe(true);
  });

  it("of a worker that does not start", async () => {
    const worker = localWorker();
    const creating = createWorkerRecognizer({ model, wasm: engineModule("simd"), worker });
    worker.fail("");
    await expect(creating).rejects.toMatchObject({
      code: "io",
      message: expect.stringContaining("could not be loaded"),
    });
  });

  it("after free, those of calls that were waiting too", async () => {
    const worker = await create();
    const stream = await worker.createStream();
    const waiting = stream.acceptWaveform(16000, digits);
    worker.free();
    await expect(waiting).rejects.toMatchObject({ code: "freed" });
    await expect(worker.memoryReport()).rejects.toMatchObject({ code: "freed" });
    await stream.free();
  });
});
