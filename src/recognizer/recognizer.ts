// The public class: a loaded model and its streams. Ties the model file, the engine, audio and decoding together.

import { checkSampleRate, checkSamples } from "../audio/samples.ts";
import { bundledModel } from "../bundled/files.ts";
import { type DecoderFactory, decodersFor } from "../decode/choose-decoder.ts";
import { type EndpointRules, endpointRules } from "../decode/endpoint.ts";
import { type Reading, readingsOf } from "../decode/text/reading.ts";
import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { TransducerDecoder } from "../decode/transducer/transducer-decoder.ts";
import { type Arena, type Build, Engine } from "../engine/engine.ts";
import { canShareMemory } from "../engine/helpers.ts";
import type { MemoryReport } from "../engine/memory-report.ts";
import { compile, compileSync, isThreaded, requireWebAssembly } from "../engine/module.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { unlessAborted, untilAborted } from "../loading/abort.ts";
import { loadArena, placeTensors } from "../loading/load-arena.ts";
import type { ModelHeader } from "../model/header.ts";
import { ModelLoader } from "../model/loader.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import { findNodeModules, yieldToEventLoop } from "../platform.ts";
import {
  arenaOptions,
  RECOGNIZER_OPTIONS,
  type RecognizerOptions,
  SYNC_RECOGNIZER_OPTIONS,
  type SyncRecognizerOptions,
} from "./recognizer-options.ts";
import { decodeTogether, STREAM_OPTIONS, Stream, type StreamOptions } from "./stream.ts";

/** Starts an engine unless the signal aborts. One that comes after that is freed. */
async function startEngine(arena: Arena, module: WebAssembly.Module, signal?: AbortSignal): Promise<Engine> {
  const starting = Engine.start(arena, module);
  try {
    return await unlessAborted(starting, signal);
  } catch (error) {
    starting.then(
      (engine) => engine.free(),
      () => {},
    );
    throw error;
  }
}

/** A recognizer over an engine, which is freed if the model cannot do what the options ask for. */
function recognizerOver(engine: Engine, options: StreamOptions): Recognizer {
  try {
    return new Recognizer(engine, options);
  } catch (error) {
    engine.free();
    throw error;
  }
}

/**
 * Loads a model and starts an engine. Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory,
 * wasm-failed, io, bad-argument; the signal's reason if it aborts.
 */
export async function createRecognizer(options: RecognizerOptions = {}): Promise<Recognizer> {
  const size = arenaOptions(options, RECOGNIZER_OPTIONS);
  options.signal?.throwIfAborted();
  await findNodeModules();
  // What may throw comes before compiling, whose failure nobody would hear of any more.
  const model = options.model ?? bundledModel();
  requireWebAssembly();
  const wantsThreads = size.threads !== 1 && canShareMemory();
  const compiling = unlessAborted(compile(options.wasm, wantsThreads), options.signal);
  // The kind of memory follows from the module; the bundled one without threads need not be waited for.
  const shared = (wantsThreads || options.wasm !== undefined) && isThreaded(await compiling);
  const needs = { ...size, threads: shared && wantsThreads ? size.threads! : 1, shared };
  const loading = loadArena(model, options, needs);
  const [module, arena] = await Promise.all([compiling, loading]);
  const engine = await startEngine(arena, module, options.signal);
  return recognizerOver(engine, options);
}

/** createRecognizer for places that may not wait, from bytes in memory. The same errors. */
export function createRecognizerSync(options: SyncRecognizerOptions): Recognizer {
  const size = arenaOptions(options, SYNC_RECOGNIZER_OPTIONS);
  const { model } = options;
  if (!(model instanceof Uint8Array || model instanceof ArrayBuffer)) {
    throw new FoldvoxError("bad-argument", `The model is ${shown(model)}; give its bytes, or use createRecognizer().`);
  }
  const module = compileSync(options.wasm);
  const loader = new ModelLoader();
  loader.push(model instanceof Uint8Array ? model : new Uint8Array(model));
  const arena = loader.header
    ? placeTensors(loader, loader.header, { ...size, shared: isThreaded(module) }, options.maxBytes)
    : null;
  loader.finish();
  return recognizerOver(Engine.startSync(arena!, module), options);
}

/** How `transcribe` and the transform stream read what they are given, and the options of their stream. */
export interface TranscribeOptions extends StreamOptions {
  /** Rate of the samples in Hz. Default 16000. */
  readonly sampleRate?: number;
  /** Ends transcribing: `transcribe` throws the signal's reason, also while it waits for audio. */
  readonly signal?: AbortSignal;
}

const TRANSCRIBE_OPTIONS: OptionTypes<TranscribeOptions> = { ...STREAM_OPTIONS, sampleRate: "any", signal: "object" };

/** A stream that tells what is new after each chunk: every final, and a partial whenever its text has changed. */
class ResultFeed {
  readonly stream: Stream;
  private readonly sampleRate: number;
  private shown = "";

  constructor(recognizer: Recognizer, options: TranscribeOptions) {
    checkOptions("options", options, TRANSCRIBE_OPTIONS);
    const { sampleRate = 16000, signal, ...own } = options;
    checkSampleRate(sampleRate);
    signal?.throwIfAborted();
    this.sampleRate = sampleRate;
    this.stream = recognizer.createStream({ ...own, deferred: false });
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
  // A loop: findIndex called its function 15 ns a value, a third of a step of commands-tiny; this takes 0.9.
  for (let i = 0; i < features.length; i++) {
    if (Number.isFinite(features[i])) continue;
    const where = `Frame ${Math.floor(i / mels)}, value ${i % mels}`;
    throw new FoldvoxError("bad-audio", `${where} of the features is ${features[i]}; every value must be finite.`);
  }
  return features;
}

/** A loaded model with its engine and streams. */
export class Recognizer {
  private readonly engine: Engine;
  private readonly options: StreamOptions;
  private readonly rules: EndpointRules;
  /** Made when first needed: a model whose head has no decoder may still encode. */
  private readonly decoders: () => DecoderFactory;
  /** Deferred streams that have something to decode. */
  private readonly waiting = new Set<Stream>();

  /** Made by createRecognizer. Errors: bad-argument for the options. @internal */
  constructor(engine: Engine, options: StreamOptions) {
    this.engine = engine;
    this.options = options;
    this.rules = endpointRules(options.endpoint ?? {});
    let made: DecoderFactory | null = null;
    this.decoders = () => {
      made ??= decodersFor(engine.header.config, options.decoding ?? {}, engine.plan);
      return made;
    };
    if (options.decoding) this.decoders();
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

  /**
   * Opens a stream. Errors: stream-limit if maxStreams are open, unsupported if the model's head has no decoder, bad-argument
   * for the options, freed.
   */
  createStream(options: StreamOptions = {}): Stream {
    checkOptions("options", options, STREAM_OPTIONS);
    const { endpoint = {}, decoding } = options;
    const rules = endpointRules(endpoint, this.rules);
    const decoderFor = decoding ? decodersFor(this.header.config, decoding, this.engine.plan) : this.decoders();
    const { skipSilence = false, onLatency, deferred = false } = { ...this.options, ...options };
    const onWork = deferred
      ? (stream: Stream) => void this.waiting.add(stream)
      : (stream: Stream) => decodeTogether(this.engine, [stream]);
    const engine = this.engine.openStream();
    try {
      const decoder = decoderFor(engine);
      return new Stream({ engine, header: this.header, decoder, rules, skipSilence, onLatency, deferred, onWork });
    } catch (error) {
      engine.free();
      throw error;
    }
  }

  /**
   * Decodes what deferred streams have been given, up to maxBatch of them side by side, and returns those that had been given
   * something, in that order: their partials and results may be new. What a stream says does not depend on its company.
   * Errors: freed.
   */
  decodeStreams(): Stream[] {
    const streams = [...this.waiting].filter((stream) => stream.isWaiting);
    this.waiting.clear();
    decodeTogether(this.engine, streams);
    return streams;
  }

  /**
   * Transcribes audio as it arrives: yields a partial whenever the text changes, and every final. Gives other tasks a turn
   * after each chunk. Errors: those of createStream and acceptWaveform; the signal's reason if it aborts.
   */
  async *transcribe(
    chunks: AsyncIterable<Float32Array | Int16Array> | Iterable<Float32Array | Int16Array>,
    options: TranscribeOptions = {},
  ): AsyncGenerator<PartialResult | FinalResult> {
    const feed = new ResultFeed(this, options);
    try {
      for await (const chunk of untilAborted(chunks, options.signal)) {
        yield* feed.accept(chunk);
        await yieldToEventLoop();
      }
      yield* feed.finish();
    } finally {
      feed.stream.free();
    }
  }

  /**
   * The same as a pair of streams, for pipeThrough. It is errored with what goes wrong, or with the signal's reason, and gives
   * its place back when either side ends.
   */
  transformStream(
    options: TranscribeOptions = {},
  ): ReadableWritablePair<PartialResult | FinalResult, Float32Array | Int16Array> {
    type Told = PartialResult | FinalResult;
    const feed = new ResultFeed(this, options);
    const { signal } = options;
    let stop = () => {};
    const { readable, writable } = new TransformStream<Float32Array | Int16Array, Told>({
      start: (controller) => {
        stop = () => controller.error(signal?.reason);
        signal?.addEventListener("abort", stop, { once: true });
      },
      transform: (chunk, controller) => {
        for (const result of feed.accept(chunk)) controller.enqueue(result);
      },
      flush: (controller) => {
        for (const result of feed.finish()) controller.enqueue(result);
        feed.stream.free();
      },
    });
    // A transformer's cancel() is not called in every runtime; a reader learns of every end, whichever side makes it.
    const reader = readable.getReader();
    const over = () => {
      signal?.removeEventListener("abort", stop);
      feed.stream.free();
    };
    reader.closed.then(over, over);
    const told: UnderlyingDefaultSource<Told> = {
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    };
    return { readable: new ReadableStream(told, { highWaterMark: 0 }), writable };
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
        const features = checkFeatures(input.features, this.header.config.features.mels);
        this.engine.run([stream.encodeFrames(features, collect)]);
      } else {
        this.engine.run([stream.acceptSamples(checkSamples(input.waveform), collect)]);
        this.engine.run([stream.finish(collect)]);
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

  /**
   * Searches through encoder output, rows as encode() returns them, as one utterance. Returns what was found, best first: all
   * hypotheses of a transducer's beam, else as many as `alternatives` asks for.
   * Errors: bad-argument, unsupported, stream-limit, freed.
   */
  decode(output: Float32Array, options: Pick<StreamOptions, "decoding"> = {}): Reading[] {
    const { outputDim } = this.engine.plan;
    if (!(output instanceof Float32Array) || output.length % outputDim !== 0 || !output.every(Number.isFinite)) {
      throw new FoldvoxError("bad-argument", `The output is not a Float32Array of rows of ${outputDim} finite values.`);
    }
    const { decoding } = options;
    const decoderFor = decoding ? decodersFor(this.header.config, decoding, this.engine.plan) : this.decoders();
    const stream = this.engine.openStream();
    try {
      const decoder = decoderFor(stream);
      stream.replay(output, (rows, count) => decoder.accept(rows, count));
      return decoder instanceof TransducerDecoder ? decoder.readings() : readingsOf(decoder.finish());
    } finally {
      stream.free();
    }
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
