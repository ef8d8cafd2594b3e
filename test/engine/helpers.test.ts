// Several threads give the bits of one, are gone after free and when nothing came of loading, and are done without where there
// is no shared memory. Over the built files, because threads are started from them.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import workerThreads from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Attention, SharedWork } from "../../src/engine/layout.ts";
import { readField } from "../../src/engine/records.ts";
import { arenaBytes, type Recognizer, type RecognizerOptions, readModelHeader } from "../../src/index.ts";
import type { EncoderConfig } from "../../src/model/config.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { CONFORMER, modelFile, smallConfig, type WeightOptions } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";
import { readWav } from "../support/wav.ts";

const built = new URL("../../build/index.js", import.meta.url).href;
const { createRecognizer } = (await import(built)) as typeof import("../../src/index.ts");

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A recognizer whose helpers have come. */
async function withThreads(threads: number, options: RecognizerOptions): Promise<Recognizer> {
  const engine = await createRecognizer({ ...options, threads });
  await vi.waitFor(() => expect(engine.memoryReport().threads).toBe(threads), { timeout: 30_000, interval: 20 });
  return engine;
}

const arenaOf = (engine: Recognizer) =>
  (engine as unknown as { engine: { running: { arena: import("../../src/engine/arena-memory.ts").Arena } } }).engine
    .running.arena;

/** Bytes that helpers have written in their places: what they have computed, whether it came in time or not. */
function helped(engine: Recognizer): number {
  const { memory, plan } = arenaOf(engine);
  const { offset, bytes } = plan.regions.find(({ name }) => name === "threads")!;
  return new Uint8Array(memory.buffer, offset + 256, bytes - 256).filter((byte) => byte !== 0).length;
}

const layer = { attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 1003 };
const wide: Partial<EncoderConfig> = { width: 96, projection: 24, outputDim: 203 };

const SHAPES: [string, Partial<EncoderConfig>, WeightOptions][] = [
  ["of odd widths, int8", { ...wide, layers: [layer, layer] }, { weights: "int8" }],
  [
    "whose heads are divided, with memory and relative positions",
    {
      ...wide,
      width: 192,
      projection: 48,
      leftContext: 30,
      memory: 2,
      layers: [
        { attentionFold: 1, feedForwardFold: 1, heads: 3, feedForward: 40 },
        { attentionFold: 2, feedForwardFold: 1, heads: 8, feedForward: 40 },
      ],
    },
    { weights: "int8", embedding: true },
  ],
  ["of four bits", { ...wide, outputDim: 203, layers: [layer, { ...layer, feedForward: 960 }] }, { weights: "int4" }],
  ["of odd widths, fp32", { ...wide, layers: [layer] }, {}],
  [
    "folded, with memory and relative positions",
    {
      ...wide,
      memory: 2,
      layers: [
        { ...layer, attentionFold: 2, feedForwardFold: 2, feedForward: 2006 },
        { ...layer, feedForwardFold: 4, feedForward: 4012 },
      ],
    },
    { weights: "int8", embedding: true },
  ],
  [
    "of a Conformer's kind",
    {
      ...CONFORMER,
      width: 96,
      projection: 96,
      outputDim: 96,
      layers: [{ ...layer, firstFeedForward: 1001, kernel: 15 }],
    },
    { weights: "int8" },
  ],
];

describe.each([2, 3])("%i threads", (threads) => {
  it.each(SHAPES)("give the bits of one with a model %s", async (_, encoder, weights) => {
    const model = modelFile(smallConfig(encoder), { seed: 9, ...weights });
    const waveform = randomFloats(160000, 7, 0.5);
    const one = recognizer("simd", model).encode({ waveform }).output;
    const engine = await withThreads(threads, { model });
    for (let run = 0; run < 5; run++) {
      expect(Buffer.compare(Buffer.from(engine.encode({ waveform }).output.buffer), Buffer.from(one.buffer))).toBe(0);
    }
    expect(helped(engine)).toBeGreaterThan(0);
    engine.free();
  });
});

describe("threads", () => {
  it("are told what attention is of in the pool's own record, which is written within a round", async () => {
    const [, encoder, weights] = SHAPES.find(([name]) => name.startsWith("whose heads are divided"))!;
    const engine = await withThreads(2, { model: modelFile(smallConfig(encoder), { seed: 9, ...weights }) });
    engine.encode({ waveform: randomFloats(160000, 7, 0.5) });
    const { memory, plan } = arenaOf(engine);
    // Attention stands behind SharedWork: that of the last layer.
    const attention = plan.threads!.pool + SharedWork.bytes;
    expect(readField(memory.buffer, attention, Attention, "heads")).toBe(8);
    expect(readField(memory.buffer, attention, Attention, "headWidth")).toBe(12);
    engine.free();
  });

  const model = bytesOf("models/commands.safetensors");
  const digits = readWav(bytesOf("examples/digits.wav"));
  const heard = (engine: Recognizer) => {
    const stream = engine.createStream();
    stream.acceptWaveform(16000, digits);
    stream.inputFinished();
    return stream.results();
  };
  const expected = heard(recognizer("simd", model));

  it("hear the words, also of many streams", async () => {
    const engine = await withThreads(2, { model, maxStreams: 4 });
    const streams = Array.from({ length: 4 }, () => engine.createStream());
    for (const stream of streams) {
      stream.acceptWaveform(16000, digits);
      stream.inputFinished();
    }
    for (const stream of streams) expect(stream.results()).toEqual(expected);
    engine.free();
  });

  it("take products of more rows than a chunk has room for", async () => {
    const folded = { attentionFold: 1, feedForwardFold: 8, heads: 2, feedForward: 512 };
    const narrow = modelFile(smallConfig({ width: 64, projection: 16, segment: 160, layers: [folded] }), {
      seed: 8,
      weights: "int8",
    });
    const engine = await withThreads(2, { model: narrow });
    const waveform = randomFloats(200_000, 7, 0.5);
    const { output, tokens } = engine.encode({ waveform });
    expect(tokens).toBeGreaterThan(160);
    expect(output).toEqual(recognizer("simd", narrow).encode({ waveform }).output);
    engine.free();
  });

  it("take the memory that was foretold", async () => {
    const header = readModelHeader(model);
    const engine = await withThreads(4, { model });
    expect(engine.arenaBytes).toBe(arenaBytes(header, { threads: 4 }));
    expect(engine.arenaBytes).toBeGreaterThan(arenaBytes(header));
    engine.free();
  });

  it.each([
    ["there is no SharedArrayBuffer", { SharedArrayBuffer: undefined }],
    ["the page is not cross-origin isolated", { crossOriginIsolated: false }],
  ])("are one where %s", async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const engine = await createRecognizer({ model, threads: 4 });
    expect(engine.memoryReport().threads).toBe(1);
    expect(engine.arenaBytes).toBe(arenaBytes(readModelHeader(model)));
    expect(heard(engine)).toEqual(expected);
    engine.free();
  });

  it("are one with a build that knows none", async () => {
    const engine = await createRecognizer({
      model,
      threads: 2,
      wasm: bytesOf("build/foldvox.scalar.wasm") as BufferSource,
    });
    expect(engine.build).toBe("scalar");
    expect(engine.memoryReport().threads).toBe(1);
    expect(heard(engine)).toEqual(expected);
    engine.free();
  });

  it.each([0, -1, 1.5, Number.NaN, 65])("of %d are refused", async (threads) => {
    await expect(createRecognizer({ model, threads })).rejects.toMatchObject({ code: "bad-argument" });
  });
});

describe("loading that fails", () => {
  const model = bytesOf("models/commands-tiny.safetensors");

  /** Helpers started from now on, and those of them that live: a thread that has ended has no number. */
  function countHelpers() {
    const Thread = workerThreads.Worker;
    const workers: workerThreads.Worker[] = [];
    // biome-ignore lint/complexity/useArrowFunction: it is called with new.
    vi.spyOn(workerThreads, "Worker").mockImplementation(function (...start) {
      workers.push(new Thread(...start));
      return workers.at(-1)!;
    });
    const live = () => workers.filter(({ threadId }) => threadId !== -1).length;
    return { started: () => workers.length, live };
  }

  it("for options that are wrong with any model starts nothing", async () => {
    const { started } = countHelpers();
    const onProgress = vi.fn();
    const options = { model, threads: 3, onProgress, endpoint: { silenceAfterSpeech: -1 } };
    await expect(createRecognizer(options)).rejects.toMatchObject({ code: "bad-argument" });
    expect(onProgress).not.toHaveBeenCalled();
    expect(started()).toBe(0);
  });

  it("for a module that is not the engine starts no helpers", async () => {
    // (module (func (export "help")))
    const other = "0061736d01000000 010401600000 03020100 0708010468656c700000 0a040102000b".replaceAll(" ", "");
    const { started } = countHelpers();
    const loading = createRecognizer({ model, threads: 3, wasm: Buffer.from(other, "hex") });
    await expect(loading).rejects.toMatchObject({ code: "wasm-failed" });
    expect(started()).toBe(0);
  });

  it("for options that are wrong with this model leaves no helpers", async () => {
    const { started, live } = countHelpers();
    const loading = createRecognizer({ model, threads: 3, decoding: { grammar: ["perhaps"] } });
    await expect(loading).rejects.toMatchObject({ code: "bad-argument" });
    expect(started()).toBe(2);
    await vi.waitFor(() => expect(live()).toBe(0), { timeout: 20_000, interval: 20 });
  });

  it("by an abort while the engine starts leaves no helpers", async () => {
    const { started, live } = countHelpers();
    const controller = new AbortController();
    const instantiate = WebAssembly.instantiate as (...args: unknown[]) => unknown;
    vi.spyOn(WebAssembly, "instantiate").mockImplementation(((...args: unknown[]) => {
      controller.abort();
      return instantiate(...args);
    }) as typeof WebAssembly.instantiate);
    const loading = createRecognizer({ model, threads: 3, signal: controller.signal });
    await expect(loading).rejects.toMatchObject({ name: "AbortError" });
    await vi.waitFor(
      () => {
        expect(started()).toBe(2);
        expect(live()).toBe(0);
      },
      { timeout: 20_000, interval: 20 },
    );
  });

  it("is not what comes of helpers that may not be started", async () => {
    const start = vi.spyOn(workerThreads, "Worker").mockThrow(new Error("Access to this API has been restricted"));
    const engine = await createRecognizer({ model, threads: 3 });
    expect(start).toHaveBeenCalled();
    expect(engine.memoryReport().threads).toBe(1);
    engine.free();
  });
});

/** What a script prints; it fails if the process does not end by itself. */
async function run(script: string): Promise<string> {
  const prelude = `
    import { readdirSync, existsSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    const { createRecognizer } = await import(${JSON.stringify(built)});
    const tasks = () => readdirSync("/proc/self/task").length;
    const start = async () => {
      const engine = await createRecognizer({ threads: 3 });
      while (engine.memoryReport().threads < 3) await sleep(20);
      engine.encode({ waveform: new Float32Array(32000) });
      return engine;
    };`;
  const options = { timeout: 50_000 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", prelude + script],
    options,
  );
  return stdout.trim();
}

describe("a process", () => {
  it("ends though its recognizer has not been freed", async () => {
    expect(await run(`await start(); console.log("done");`)).toBe("done");
  });

  it.skipIf(!existsSync("/proc/self/task"))("has no more threads when its recognizer has been freed", async () => {
    const script = `
      await (await start()).free();
      await sleep(300);
      const before = tasks();
      const engine = await start();
      const during = tasks();
      engine.free();
      const end = Date.now() + 20_000;
      while (tasks() > before && Date.now() < end) await sleep(20);
      console.log(during - before >= 2, tasks() - before);`;
    expect(await run(script)).toBe("true 0");
  });

  it("has no more helpers when its recognizer has been collected", async () => {
    const script = `
      const { default: threads } = await import("node:worker_threads");
      let live = 0;
      threads.Worker = class extends threads.Worker {
        constructor(...start) {
          super(...start);
          live++;
          this.on("exit", () => live--);
        }
      };
      const collectUntil = async (done, milliseconds) => {
        for (const end = Date.now() + milliseconds; !done() && Date.now() < end; await sleep(20)) gc();
      };
      const open = async () => (await start()).createStream();
      // A stream keeps its recognizer.
      let stream = await open();
      await collectUntil(() => live < 2, 500);
      const kept = live;
      stream.acceptWaveform(16000, new Float32Array(32000));
      stream = null;
      await collectUntil(() => live === 0, 20_000);
      console.log(kept, live);`;
    expect(await run(script)).toBe("2 0");
  });
});
