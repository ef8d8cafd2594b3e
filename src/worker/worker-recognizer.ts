// A recognizer in a Web Worker: the page's thread only passes samples on and is told what was heard.

import { isBundledName } from "../bundled/names.ts";
import type { GrammarSource } from "../decode/scorers/grammar.ts";
import type { Build } from "../engine/exports.ts";
import type { MemoryReport } from "../engine/memory-report.ts";
import { FoldvoxError } from "../errors.ts";
import { isUrl } from "../kinds.ts";
import { unlessAborted } from "../loading/abort.ts";
import type { LoadOptions as DownloadOptions } from "../loading/load-arena.ts";
import type { ModelConfig } from "../model/config.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import { toUrl } from "../platform.ts";
import type { Pronunciations } from "../pronounce/own-pronunciations.ts";
import type { RecognizerOptions } from "../recognizer/recognizer-options.ts";
import { Channel } from "./channel.ts";
import {
  CLONEABLE_STREAM_OPTIONS,
  type CloneableStreamOptions,
  type Loaded,
  type LoadOptions,
  type Port,
} from "./protocol.ts";
import { startWorker, WORKER_ADVICE } from "./start-worker.ts";
import { tell, WORKER_STREAM_OPTIONS, WorkerGrammar, WorkerStream, type WorkerStreamOptions } from "./worker-stream.ts";

export type { EndpointRules } from "../decode/endpoint.ts";
export type {
  Alternative,
  FinalResult,
  KeywordResult,
  PartialResult,
  Understood,
  WordResult,
} from "../decode/text/results.ts";
export { FoldvoxError, type FoldvoxErrorCode } from "../errors.ts";
export type { LatencyEvent } from "../recognizer/latency.ts";
export type { StreamProgress } from "./protocol.ts";
export { type StreamListeners, WorkerGrammar, WorkerStream, type WorkerStreamOptions } from "./worker-stream.ts";

/** What a recognizer in a worker is made of; what can be sent to one of createRecognizer's options. */
export interface WorkerRecognizerOptions extends CloneableStreamOptions, DownloadOptions {
  /** The model: the name of one that comes with foldvox, a URL (relative to the page), or its bytes. Default: "commands". */
  readonly model?: string | URL | Uint8Array | ArrayBuffer | Blob;
  /** The lexicon of a model of phonemes: a URL, or its bytes. Default: the file beside the model that its header names. */
  readonly lexicon?: string | URL | Uint8Array | ArrayBuffer | Blob;
  /** The language model of dictation, likewise. */
  readonly ngrams?: string | URL | Uint8Array | ArrayBuffer | Blob;
  /** Words that are pronounced otherwise than the lexicon says, or that it does not know; for a model of phonemes. */
  readonly pronunciations?: Pronunciations;
  /** How many streams may be open at the same time. Default 1. */
  readonly maxStreams?: number;
  /** Threads that compute a step together, where the page is cross-origin isolated; elsewhere one. Default 1. */
  readonly threads?: number;
  /** The engine: a compiled module, bytes, or where the .wasm lies. Default: the build beside the worker that runs here. */
  readonly wasm?: RecognizerOptions["wasm"];
  /**
   * Where foldvox/worker.js lies, or a worker that runs it, where the page has to make it itself; free() ends it. Default: beside
   * this script, also on another server than the page's.
   */
  readonly worker?: string | URL | RecognizerWorker;
}

/** As much of a Worker as is used. */
export interface RecognizerWorker extends Port {
  /** Hears what the worker says, and its failures. */
  addEventListener(type: "message" | "error" | "messageerror", listener: (event: MessageEvent) => void): void;
  /** Ends it at once. */
  terminate(): void;
}

const OPTIONS: OptionTypes<WorkerRecognizerOptions> = {
  ...CLONEABLE_STREAM_OPTIONS,
  model: "any",
  lexicon: "any",
  ngrams: "any",
  pronunciations: "object",
  maxStreams: "any",
  threads: "any",
  wasm: "any",
  worker: "any",
  cache: "any",
  maxBytes: "any",
  onProgress: "function",
  signal: "signal",
};

type Sendable = Omit<WorkerRecognizerOptions, "worker" | "onProgress" | "signal">;

function loadOptions({ model, wasm, lexicon, ngrams, ...rest }: Sendable): LoadOptions {
  const absolute = <Source>(source: Source | string | URL) =>
    typeof source === "string" || isUrl(source) ? toUrl(source).href : source;
  return {
    ...rest,
    ...(model === undefined ? {} : { model: isBundledName(model) ? model : absolute(model) }),
    ...(wasm === undefined ? {} : { wasm: absolute(wasm) }),
    ...(lexicon === undefined ? {} : { lexicon: absolute(lexicon) }),
    ...(ngrams === undefined ? {} : { ngrams: absolute(ngrams) }),
  };
}

/**
 * Starts a worker and loads a model in it. Errors: those of createRecognizer, and io if the worker's script cannot be
 * loaded; the signal's reason if it aborts. No worker is left behind then.
 * @example
 * ```ts types
 * import { createWorkerRecognizer } from "foldvox/worker";
 *
 *
 * const recognizer = await createWorkerRecognizer({ model: "english", onProgress: ({ loadedBytes }) => console.log(loadedBytes) });
 * const stream = await recognizer.createStream({ onPartial: console.log, onFinal: console.log });
 * ```
 */
export async function createWorkerRecognizer(options: WorkerRecognizerOptions = {}): Promise<WorkerRecognizer> {
  checkOptions("options", options, OPTIONS);
  const { worker: given, onProgress, signal, ...sendable } = options;
  signal?.throwIfAborted();
  const load = loadOptions(sendable);
  const worker = given === undefined || typeof given === "string" || isUrl(given) ? startWorker(given) : given;
  const channel = new Channel(worker, onProgress);
  worker.addEventListener("error", (event) => {
    const reason = (event as unknown as ErrorEvent).message || "its script could not be loaded";
    channel.close(new FoldvoxError("io", `The recognizer's worker failed: ${reason}. ${WORKER_ADVICE}`));
  });
  try {
    const loading = channel.call("load", { options: load, progress: onProgress !== undefined });
    return new WorkerRecognizer(worker, channel, await unlessAborted(loading, signal));
  } catch (cause) {
    worker.terminate();
    throw cause;
  }
}

/**
 * A loaded model in a worker, and its streams.
 * @example
 * ```ts types
 * import { createWorkerRecognizer } from "foldvox/worker";
 *
 *
 * const recognizer = await createWorkerRecognizer({ model: "english", maxStreams: 2 });
 * const grammar = await recognizer.prepareGrammar(["yes", "no"]);
 * const stream = await recognizer.createStream({ decoding: { grammar: ["play <dictation>", "stop"] }, onFinal: console.log });
 * await stream.setGrammar(grammar);
 * recognizer.free();
 * ```
 */
export class WorkerRecognizer {
  /** What the model file says of itself. */
  readonly config: ModelConfig;
  /** Which build of the engine runs. */
  readonly build: Build;
  /** Bytes of WebAssembly memory, from load to free. */
  readonly arenaBytes: number;
  private readonly worker: RecognizerWorker;
  private readonly channel: Channel;
  /** Grammars prepared so far: each has a number. */
  private grammars = 0;

  /** Made by createWorkerRecognizer. @internal */
  constructor(worker: RecognizerWorker, channel: Channel, { config, build, arenaBytes }: Loaded) {
    this.worker = worker;
    this.channel = channel;
    this.config = config;
    this.build = build;
    this.arenaBytes = arenaBytes;
  }

  /** False once it is freed, or its worker has died: every call is then rejected, and a new one is needed. */
  get isAlive(): boolean {
    return this.channel.isOpen;
  }

  /** Opens a stream. Errors: stream-limit, unsupported, bad-argument, freed. */
  async createStream(options: WorkerStreamOptions = {}): Promise<WorkerStream> {
    checkOptions("options", options, WORKER_STREAM_OPTIONS);
    const { onPartial, onFinal, onLatency, onKeyword, ...cloneable } = options;
    const stream = this.channel.listen((notice) => tell(options, notice));
    try {
      const [latency, keywords] = [onLatency !== undefined, onKeyword !== undefined];
      await this.channel.call("createStream", { stream, options: cloneable, latency, keywords });
    } catch (cause) {
      this.channel.forget(stream);
      throw cause;
    }
    return new WorkerStream(this.channel, stream);
  }

  /** Makes a grammar ready in the worker, for WorkerStream.setGrammar. Errors: bad-argument, with line and column; unsupported. */
  async prepareGrammar(source: GrammarSource): Promise<WorkerGrammar> {
    const grammar = this.grammars++;
    await this.channel.call("prepareGrammar", { grammar, source });
    return new WorkerGrammar(this.channel, grammar);
  }

  /** What the recognizer takes right now, by region and in bytes. Errors: freed. */
  memoryReport(): Promise<MemoryReport> {
    return this.channel.call("memoryReport", {});
  }

  /** Ends the worker, and with it gives its memory back. What is still being asked is rejected with `freed`. */
  free(): void {
    this.worker.terminate();
    this.channel.close(new FoldvoxError("freed", "The recognizer has been freed; create a new one."));
  }
}
