// Thousands of aborts at any moment, in a process that dies of an unhandled rejection. Prints what they have left behind: locks,
// files, handles, timers and threads should all be as they were. Ends by itself, for nothing must keep it alive.

import { existsSync, readdirSync } from "node:fs";
import { createRecognizer, type Recognizer } from "../../src/index.ts";
import { BrowserCache } from "../../src/loading/browser-cache.ts";
import { defaultCache } from "../../src/loading/default-cache.ts";
import type { ModelCache } from "../../src/loading/model-cache.ts";
import { downloadModel } from "../../src/loading/model-download.ts";
import { createWorkerRecognizer } from "../../src/worker/worker-recognizer.ts";
import { MemoryCacheStorage } from "../support/cache-storage.ts";
import { engineModule } from "../support/engines.ts";
import { localWorker } from "../support/local-worker.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { ModelServer } from "../support/model-server.ts";
import { generator } from "../support/random.ts";

const [count = "1000", seed = "1", folder = ""] = process.argv.slice(2);
process.env.XDG_CACHE_HOME = folder;

const file = modelFile(smallConfig());
const server = new ModelServer(file);
const url = await server.start();
const wasm = engineModule("simd");
const random = generator(Number(seed));
const whole = (below: number) => Math.floor(below * random());

const reason = new Error("enough");
const browserCache = new BrowserCache(new MemoryCacheStorage() as unknown as CacheStorage);

/** The file in pieces, with a turn of the event loop before each. */
async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 4000) {
    await new Promise(setImmediate);
    yield file.slice(at, at + 4000);
  }
}

/** Audio that fails by itself as soon as the signal aborts, and else comes for ever. */
async function* failingAudio(signal: AbortSignal): AsyncGenerator<Float32Array> {
  while (true) {
    await new Promise<void>((resolve, reject) => {
      const timer = setImmediate(() => {
        signal.removeEventListener("abort", fail);
        resolve();
      });
      const fail = () => {
        clearImmediate(timer);
        reject(new Error("the source has failed too"));
      };
      signal.addEventListener("abort", fail, { once: true });
    });
    yield new Float32Array(400);
  }
}

/** ReadableStream.from, which not every runtime has. */
function streamOf<T>(items: AsyncGenerator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      pull: async (controller) => {
        const { done, value } = await items.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await items.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

const shared = await createRecognizer({ model: file, wasm, maxStreams: 4 });

/** Waits for that many turns: of the queue of promises, or of the event loop. */
async function turns(number: number, ofLoop: boolean): Promise<void> {
  for (let i = 0; i < number; i++) await (ofLoop ? new Promise(setImmediate) : null);
}

interface Attempt {
  readonly signal: AbortSignal;
  /** To be called as often as there is something to tell. */
  readonly progress: () => void;
}

const free = (recognizer: { free(): void }) => recognizer.free();

const load = (model: () => Parameters<typeof createRecognizer>[0]) => async (attempt: Attempt) => {
  const { signal, progress } = attempt;
  free(await createRecognizer({ wasm, signal, onProgress: progress, ...model() }));
};

async function transcribe(recognizer: Recognizer, audio: AsyncIterable<Float32Array>, attempt: Attempt): Promise<void> {
  for await (const _ of recognizer.transcribe(audio, { signal: attempt.signal })) attempt.progress();
}

const KINDS: Record<string, (attempt: Attempt) => Promise<void>> = {
  url: load(() => ({ model: url })),
  "url, anew": load(() => ({ model: url, cache: "reload" })),
  "url, not kept": load(() => ({ model: url, cache: "no-store" })),
  "url that breaks off": (attempt) => {
    server.faults = [{ cutAfter: whole(file.length) }, { status: 503 }];
    return load(() => ({ model: url, cache: "reload" }))(attempt);
  },
  "url that says nothing": (attempt) => {
    server.faults = [{ hang: true }];
    setTimeout(attempt.progress, 5);
    return load(() => ({ model: url, cache: "reload" }))(attempt);
  },
  response: async (attempt) => {
    const response = await fetch(url);
    await load(() => ({ model: response }))(attempt);
  },
  iterable: load(() => ({ model: pieces() })),
  stream: load(() => ({ model: streamOf(pieces()) })),
  blob: load(() => ({ model: new Blob([file as Uint8Array<ArrayBuffer>]) })),
  "engine of its own": load(() => ({ model: pieces(), wasm: new URL("../foldvox.simd.wasm", import.meta.url) })),
  threads: (attempt) => {
    const engine = new URL("../foldvox.threads.wasm", import.meta.url);
    return load(() => ({ model: whole(2) === 0 ? file : pieces(), wasm: engine, threads: 2 }))(attempt);
  },
  "a browser's cache": async ({ signal, progress }) => {
    const how = { cache: browserCache, reload: whole(2) === 0, fetch, retryMs: 1, askMs: 1000, stallMs: 1000, signal };
    await downloadModel(new URL(url), how, async (bytes) => {
      for await (const _ of bytes) progress();
    });
  },
  worker: async ({ signal, progress }) => {
    free(await createWorkerRecognizer({ model: url, wasm, signal, onProgress: progress, worker: localWorker() }));
  },
  transcribe: (attempt) => transcribe(shared, failingAudio(attempt.signal), attempt),
  "transcribe what never comes": (attempt) => {
    setImmediate(attempt.progress);
    const never: AsyncIterable<Float32Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    return transcribe(shared, never, attempt);
  },
  "stream of results": async ({ signal, progress }) => {
    const audio = streamOf(failingAudio(signal));
    setImmediate(progress);
    for await (const _ of audio.pipeThrough(shared.transformStream({ signal }))) progress();
  },
};

/** Whether somebody could fill the entry now. */
async function isFree(cache: ModelCache): Promise<boolean> {
  const entry = await cache.open(url);
  await entry?.close();
  return entry !== null;
}

const openFiles = () => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);
const threads = () => (existsSync("/proc/self/task") ? readdirSync("/proc/self/task").length : 0);

interface Tally {
  aborted: number;
  finished: number;
  /** Those that ended otherwise than with the signal's reason. */
  readonly odd: string[];
  lockedOut: number;
}

async function abortOne(name: string, tally: Tally): Promise<void> {
  const controller = new AbortController();
  let calls = whole(6);
  const progress = () => {
    if (calls-- === 0) controller.abort(reason);
  };
  const running = KINDS[name]!({ signal: controller.signal, progress });
  // At some number of turns, unless the calls come first.
  const way = whole(3);
  if (way < 2) void turns(whole(way === 0 ? 120 : 30), way === 1).then(() => controller.abort(reason));
  else void turns(400, true).then(() => controller.abort(reason));
  try {
    await running;
    tally.finished++;
  } catch (error) {
    const isExpected = error === reason || (error as Error).message === "the source has failed too";
    if (isExpected) tally.aborted++;
    else tally.odd.push(`${name}: ${error}`);
  }
  const cache = name === "a browser's cache" ? browserCache : defaultCache()!;
  let isOpen = await isFree(cache);
  // A worker is ended without waiting for it; the one here is no thread, and comes to its own end.
  for (let wait = 0; name === "worker" && !isOpen && wait < 200; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    isOpen = await isFree(cache);
  }
  if (!isOpen) tally.lockedOut++;
  server.faults = [];
}

// What is made once, such as the threads of the file system, is there before anything is counted.
const warmUp: Tally = { aborted: 0, finished: 0, odd: [], lockedOut: 0 };
for (const name of Object.keys(KINDS)) await abortOne(name, warmUp);
await turns(100, true);
const before = { files: openFiles(), threads: threads() };
const tally: Tally = { aborted: 0, finished: 0, odd: [], lockedOut: 0 };
const names = Object.keys(KINDS);
for (let i = 0; tally.aborted < Number(count); i++) await abortOne(names[i % names.length]!, tally);

// Workers are ended without being waited for: the last of them may only now come to its request, and then to its own end.
for (let seen = -1; seen !== server.requests.length; await new Promise((resolve) => setTimeout(resolve, 1500))) {
  seen = server.requests.length;
}
server.requests.length = 0;
for (const cache of ["reload", "default"] as const) free(await createRecognizer({ model: url, wasm, cache }));
const { requests } = server;
shared.free();
await server.stop();
await new Promise((resolve) => setTimeout(resolve, 1500));
console.log(
  JSON.stringify({
    aborted: tally.aborted,
    finished: tally.finished,
    odd: tally.odd.slice(0, 5),
    lockedOut: tally.lockedOut,
    requests,
    left: readdirSync(`${folder}/foldvox`).filter((name) => !/\.safetensors(\.json)?$/.test(name)),
    files: openFiles() - before.files,
    threads: threads() - before.threads,
    resources: process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY|FSReqPromise/.test(kind)),
  }),
);
