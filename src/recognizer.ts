// The public class: a loaded model and its streams. Ties the model file, the engine, audio and decoding together.

import { checkSamples } from "./audio/samples.ts";
import type { EndpointRules } from "./decode/endpoint.ts";
import type { FinalResult, PartialResult } from "./decode/results.ts";
import { Arena, type Build, Engine } from "./engine/engine.ts";
import type { MemoryReport } from "./engine/memory-report.ts";
import { compile, compileSync, type WasmSource } from "./engine/module.ts";
import { FoldvoxError } from "./errors.ts";
import type { ModelHeader } from "./model/header.ts";
import { ModelLoader } from "./model/loader.ts";
import { chunksOf, type ModelSource } from "./model/source.ts";
import { streamUrl, yieldToEventLoop } from "./platform.ts";
import { Stream } from "./stream.ts";

export interface RecognizerOptions {
  /** The model: a URL, bytes, or anything that yields them. Default: the bundled English commands model. */
  readonly model?: string | URL | ModelSource;
  /** How many streams may be open at the same time; each has its own state block in the arena. Default 1. */
  readonly maxStreams?: number;
  /** The engine: a compiled module, bytes, or where the .wasm lies. Default: the build beside this file that runs here. */
  readonly wasm?: WasmSource;
  /** When a result becomes final while audio goes on. */
  readonly endpoint?: Partial<EndpointRules>;
}

/** What a recognizer needs without asynchronous start-up. */
export interface SyncRecognizerOptions extends Pick<RecognizerOptions, "maxStreams" | "endpoint"> {
  readonly model: Uint8Array | ArrayBuffer;
  readonly wasm: WebAssembly.Module | BufferSource;
}

function checkMaxStreams(maxStreams: number): number {
  if (!Number.isInteger(maxStreams) || maxStreams < 1 || maxStreams > 65536) {
    throw new FoldvoxError("bad-argument", `maxStreams is ${maxStreams}; give a whole number from 1 to 65536.`);
  }
  return maxStreams;
}

const bundledModel = () => new URL("../models/commands.safetensors", import.meta.url);

/** Tensors go to the arena one by one as bytes arrive: no second copy of the weights ever exists. */
async function loadArena(options: RecognizerOptions, maxStreams: number): Promise<Arena> {
  const { model = bundledModel() } = options;
  const source = typeof model === "string" || model instanceof URL ? streamUrl(model) : chunksOf(model);
  const loader = new ModelLoader();
  let arena: Arena | null = null;
  for await (const chunk of source) {
    loader.push(chunk);
    if (!arena && loader.header) arena = placeTensors(loader, loader.header, maxStreams);
  }
  loader.finish();
  return arena!;
}

function placeTensors(loader: ModelLoader, header: ModelHeader, maxStreams: number): Arena {
  const arena = new Arena(header, maxStreams);
  loader.place((tensor) => arena.destination(tensor));
  return arena;
}

/**
 * Loads a model and starts an engine. Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory,
 * wasm-failed, io, bad-argument.
 */
export async function createRecognizer(options: RecognizerOptions = {}): Promise<Recognizer> {
  const maxStreams = checkMaxStreams(options.maxStreams ?? 1);
  const [module, arena] = await Promise.all([compile(options.wasm), loadArena(options, maxStreams)]);
  return new Recognizer(await Engine.start(arena, module), options.endpoint ?? {});
}

/** createRecognizer for places that may not wait, from bytes in memory. The same errors. */
export function createRecognizerSync(options: SyncRecognizerOptions): Recognizer {
  const maxStreams = checkMaxStreams(options.maxStreams ?? 1);
  const module = compileSync(options.wasm);
  const loader = new ModelLoader();
  loader.push(options.model instanceof Uint8Array ? options.model : new Uint8Array(options.model));
  const arena = loader.header ? placeTensors(loader, loader.header, maxStreams) : null;
  loader.finish();
  return new Recognizer(Engine.startSync(arena!, module), options.endpoint ?? {});
}

/** How `transcribe` and the transform stream read what they are given. */
export interface TranscribeOptions {
  /** Rate of the samples in Hz. Default 16000. */
  readonly sampleRate?: number;
}

/** A stream that tells what is new after each chunk: every final, and a partial whenever its text has changed. */
class ResultFeed {
  readonly stream: Stream;
  private readonly sampleRate: number;
  private shown = "";

  constructor(stream: Stream, options: TranscribeOptions) {
    this.stream = stream;
    this.sampleRate = options.sampleRate ?? 16000;
  }

  accept(chunk: Float32Array | Int16Array): (PartialResult | FinalResult)[] {
    this.stream.acceptWaveform(this.sampleRate, chunk);
    const partial = this.stream.partial();
    const changed = partial.partial !== this.shown;
    this.shown = partial.partial;
    return changed ? [...this.stream.results(), partial] : this.stream.results();
  }

  finish(): FinalResult[] {
    this.stream.inputFinished();
    return this.stream.results();
  }
}

/** Checks normalised frames [T][mels]. Errors: bad-argument, bad-audio. */
function checkFeatures(features: Float32Array, mels: number): Float32Array {
  if (!(features instanceof Float32Array) || features.length % mels !== 0) {
    throw new FoldvoxError("bad-argument", `The features are not a Float32Array of frames of ${mels} values each.`);
  }
  const wrong = features.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const where = `Frame ${Math.floor(wrong / mels)}, value ${wrong % mels}`;
    throw new FoldvoxError("bad-audio", `${where} of the features is ${features[wrong]}; every value must be finite.`);
  }
  return features;
}

export class Recognizer {
  private readonly engine: Engine;
  private readonly endpoint: Partial<EndpointRules>;

  /** Made by createRecognizer. */
  constructor(engine: Engine, endpoint: Partial<EndpointRules>) {
    this.engine = engine;
    this.endpoint = endpoint;
  }

  /** What the model file says of itself. */
  get header(): ModelHeader {
    return this.engine.header;
  }

  /** Which build of the engine runs. */
  get build(): Build {
    return this.engine.build;
  }

  /** Bytes of WebAssembly memory, from load to free. */
  get arenaBytes(): number {
    return this.engine.plan.bytes;
  }

  /** Opens a stream. Errors: stream-limit if maxStreams are open, unsupported if the model has no CTC head, freed. */
  createStream(): Stream {
    return new Stream(this.engine.openStream(), this.header.config, this.endpoint);
  }

  /**
   * Transcribes audio as it arrives: yields a partial whenever the text changes, and every final. Gives other tasks a turn
   * after each chunk.
   */
  async *transcribe(
    chunks: AsyncIterable<Float32Array | Int16Array> | Iterable<Float32Array | Int16Array>,
    options: TranscribeOptions = {},
  ): AsyncGenerator<PartialResult | FinalResult> {
    const feed = new ResultFeed(this.createStream(), options);
    try {
      for await (const chunk of chunks) {
        yield* feed.accept(chunk);
        await yieldToEventLoop();
      }
      yield* feed.finish();
    } finally {
      feed.stream.free();
    }
  }

  /** The same as a TransformStream, for pipeThrough. */
  transformStream(
    options: TranscribeOptions = {},
  ): TransformStream<Float32Array | Int16Array, PartialResult | FinalResult> {
    const feed = new ResultFeed(this.createStream(), options);
    return new TransformStream({
      transform: (chunk, controller) => {
        for (const result of feed.accept(chunk)) controller.enqueue(result);
      },
      flush: (controller) => {
        for (const result of feed.finish()) controller.enqueue(result);
        feed.stream.free();
      },
    });
  }

  /**
   * Runs the encoder alone over a whole input, step by step as a stream would: normalised frames [T][mels], or samples at the
   * model's rate. Returns the exact rows that decoding sees: log-probs of a CTC head, or the encoder's vectors.
   * Errors: bad-argument, bad-audio, stream-limit, freed.
   */
  encode(input: { features: Float32Array } | { waveform: Float32Array }): {
    output: Float32Array;
    tokens: number;
    dim: number;
  } {
    const stream = this.engine.openStream();
    const rows: Float32Array[] = [];
    let tokens = 0;
    const collect = (output: Float32Array, count: number) => {
      rows.push(output.slice());
      tokens += count;
    };
    try {
      if ("features" in input) {
        stream.encodeFrames(checkFeatures(input.features, this.header.config.features.mels), collect);
      } else {
        stream.acceptSamples(checkSamples(input.waveform), collect);
        stream.finish(collect);
      }
    } finally {
      stream.free();
    }
    const dim = this.engine.plan.outputDim;
    const output = new Float32Array(tokens * dim);
    let at = 0;
    for (const row of rows) {
      output.set(row, at);
      at += row.length;
    }
    return { output, tokens, dim };
  }

  /** What the recognizer takes right now, by region and in bytes. Errors: freed. */
  memoryReport(): MemoryReport {
    return this.engine.memoryReport();
  }

  /** Gives the memory back; every later call throws `freed`. */
  free(): void {
    this.engine.free();
  }
}
