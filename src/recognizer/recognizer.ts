// The public class: a loaded model and its streams.

import type { AudioChunk } from "../audio/sample-source.ts";
import { chooseDecoder, type DecoderFactory } from "../decode/choose-decoder.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { DecodingOptions } from "../decode/decoding-options.ts";
import { type EndpointRules, endpointRules } from "../decode/endpoint.ts";
import { preparePhrases } from "../decode/phonemes/phoneme-decoders.ts";
import type { PreparedGrammar } from "../decode/prepared-grammar.ts";
import type { GrammarSource } from "../decode/scorers/grammar.ts";
import { type Reading, readingsOf } from "../decode/text/reading.ts";
import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { TransducerDecoder } from "../decode/transducer/transducer-decoder.ts";
import type { Engine } from "../engine/engine.ts";
import type { Build } from "../engine/exports.ts";
import type { MemoryReport } from "../engine/memory-report.ts";
import { FoldvoxError } from "../errors.ts";
import { heldBytes } from "../held-bytes.ts";
import { isFloat32Array } from "../kinds.ts";
import type { ModelHeader } from "../model/header.ts";
import { checkOptions } from "../options.ts";
import type { PronouncedWord } from "../pronounce/pronouncer.ts";
import type { StreamPair } from "../web-types.ts";
import { encodeWhole } from "./encode.ts";
import type { Language } from "./language.ts";
import { Stream } from "./stream.ts";
import { STREAM_OPTIONS, type StreamOptions } from "./stream-options.ts";
import { type TranscribeOptions, transcribe, transformStream } from "./transcribe.ts";

/**
 * A loaded model with its engine and streams.
 * @example
 * ```ts
 * const recognizer = await createRecognizer({ maxStreams: 2 });
 * const stream = recognizer.createStream({ decoding: { grammar: ["go (left | right)", "stop"] } });
 * stream.acceptWaveform(16000, samples);
 * stream.inputFinished();
 * console.log(stream.results(), recognizer.memoryReport().arenaBytes);
 * recognizer.free();
 * ```
 */
export class Recognizer {
  private readonly engine: Engine;
  private readonly options: StreamOptions;
  private readonly rules: EndpointRules;
  /** Made on first use, because a model whose head has no decoder can still encode. */
  private readonly decoders: () => DecoderFactory;
  private readonly language: Language | null;
  /** Of the open streams. */
  private readonly open = new Set<Decoder>();

  /** Made by createRecognizer. A phoneme model needs `language` to know words. Errors: bad-argument. @internal */
  constructor(engine: Engine, options: StreamOptions, language: Language | null = null) {
    this.engine = engine;
    this.language = language;
    this.options = options;
    this.rules = endpointRules(options.endpoint ?? {});
    let made: DecoderFactory | null = null;
    this.decoders = () => {
      made ??= this.decoderFor(options.decoding ?? {});
      return made;
    };
    if (options.decoding) this.decoders();
  }

  /** The header of the model file. */
  get header(): ModelHeader {
    return this.engine.header;
  }

  /** The build of the engine that runs. */
  get build(): Build {
    return this.engine.build;
  }

  /** Bytes of WebAssembly memory; constant from load to free. */
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
    const makeDecoder = decoding ? this.decoderFor(decoding) : this.decoders();
    const { skipSilence = false, onLatency, onKeyword } = { ...this.options, ...options };
    const engine = this.engine.openStream();
    try {
      const decoder = makeDecoder(() => engine.transducer());
      const { header } = this;
      const { filters } = this.engine;
      const onFree = () => this.open.delete(decoder);
      const stream = new Stream({ engine, filters, header, decoder, rules, skipSilence, onLatency, onKeyword, onFree });
      this.open.add(decoder);
      return stream;
    } catch (error) {
      engine.free();
      throw error;
    }
  }

  /**
   * Prepares a grammar of a phoneme model ahead of time, for Stream.setGrammar or `decoding.grammar`. Ten thousand phrases take a
   * fraction of a second. Errors: bad-argument, with line and column; unsupported for other models.
   */
  prepareGrammar(source: GrammarSource): PreparedGrammar {
    const { pronounce = null, dictation = null } = this.language ?? {};
    return preparePhrases(source, this.header.config, pronounce, dictation);
  }

  /**
   * The pronunciations that a phoneme model listens for, the most usual first: words, and the phonemes of each. Errors: bad-argument if
   * the text cannot be pronounced; unsupported for other models, and without a lexicon.
   */
  pronounce(text: string): PronouncedWord[][] {
    if (this.language) return this.language.pronouncer.describe(text);
    const { config } = this.header;
    throw new FoldvoxError(
      "unsupported",
      config.tokenUnit === "phoneme"
        ? "The model came as bytes, without its lexicon. Give that as { lexicon: ... }."
        : `${config.name} hears ${config.tokenUnit}s and knows no pronunciations; that needs a model of phonemes.`,
    );
  }

  /**
   * Transcribes audio as it arrives: samples, or bytes (of a file or a Node stream, say) in a format that the options name. Yields a
   * partial whenever the text changes, and every final. Other tasks of the thread get a turn every 10 ms or so.
   * Errors: those of createStream, acceptWaveform and WavReader; the signal's reason if it aborts.
   */
  async *transcribe(
    chunks: AsyncIterable<AudioChunk> | Iterable<AudioChunk>,
    options: TranscribeOptions = {},
  ): AsyncGenerator<PartialResult | FinalResult> {
    yield* transcribe((own) => this.createStream(own), chunks, options);
  }

  /**
   * The same as a pair of streams, for pipeThrough. On failure or abort the pair is errored with the reason. It frees its stream when
   * either side ends.
   */
  transformStream(options: TranscribeOptions = {}): StreamPair<PartialResult | FinalResult, AudioChunk> {
    return transformStream((own) => this.createStream(own), options);
  }

  /**
   * Runs the encoder alone over a whole input, step by step as a stream would. The input is normalised frames [T][mels], or samples
   * at the model's rate. Returns the rows that decoding reads: log-probs of a CTC head, or the encoder's vectors.
   * Errors: bad-argument, bad-audio, stream-limit, freed.
   */
  encode(input: { features: Float32Array } | { waveform: Float32Array }): {
    output: Float32Array;
    tokens: number;
    dim: number;
  } {
    return encodeWhole(this.engine, input);
  }

  /**
   * Decodes encoder output, rows as encode() returns them, as one utterance. Returns readings, best first: all hypotheses of a
   * transducer's beam, otherwise as many as `alternatives` asks for.
   * Errors: bad-argument, unsupported, stream-limit, freed.
   */
  decode(output: Float32Array, options: Pick<StreamOptions, "decoding"> = {}): Reading[] {
    const { outputDim } = this.engine.plan;
    if (!isFloat32Array(output) || output.length % outputDim !== 0 || !output.every(Number.isFinite)) {
      throw new FoldvoxError("bad-argument", `The output is not a Float32Array of rows of ${outputDim} finite values.`);
    }
    const { decoding } = options;
    const makeDecoder = decoding ? this.decoderFor(decoding) : this.decoders();
    const stream = this.engine.openStream();
    try {
      const decoder = makeDecoder(() => stream.transducer());
      stream.replay(output, (rows, count) => decoder.accept(rows, count));
      return decoder instanceof TransducerDecoder ? decoder.readings() : readingsOf(decoder.finish());
    } finally {
      stream.free();
    }
  }

  /** The memory that the recognizer takes right now, in bytes, by region. Errors: freed. */
  memoryReport(): MemoryReport {
    const { lexicon, dictation } = this.language ?? {};
    const engine = this.engine.memoryReport();
    const seen = new Set<object>();
    // What is counted elsewhere.
    heldBytes([this.engine, lexicon, dictation?.ngrams.bytes], seen);
    return {
      ...engine,
      lexiconBytes: lexicon?.bytes ?? 0,
      ngramsBytes: dictation?.ngrams.bytes.length ?? 0,
      wordsBytes: heldBytes(dictation, seen),
      searchBytes: heldBytes([...this.open], seen),
    };
  }

  /** Frees the memory. Every later call throws `freed`. */
  free(): void {
    this.engine.free();
  }

  private decoderFor(options: DecodingOptions): DecoderFactory {
    return chooseDecoder(
      this.header.config,
      options,
      this.engine.plan.transducer?.beam ?? null,
      this.language?.pronounce ?? null,
      this.language?.dictation ?? null,
    );
  }
}
