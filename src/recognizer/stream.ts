// One stream of audio through a recognizer: resampling, encoding, decoding, endpoints.

import type { FilterBanks } from "../audio/filter-bank.ts";
import { Resampler } from "../audio/resampler.ts";
import { checkSampleRate, checkSamples } from "../audio/samples.ts";
import type { Decoder } from "../decode/decoder.ts";
import { type EndpointRules, endpointRules, isEndpoint } from "../decode/endpoint.ts";
import { PreparedGrammar } from "../decode/prepared-grammar.ts";
import { endingBy, type FinalResult, type KeywordResult, type PartialResult } from "../decode/text/results.ts";
import type { EngineStream, OutputHandler } from "../engine/engine-stream.ts";
import { FoldvoxError, shown } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import { callListener, now } from "../platform.ts";
import { type Savings, savingsOf } from "../silence/savings.ts";
import { SilenceGate } from "../silence/silence-gate.ts";
import { piecesOf, Turns } from "../turns.ts";
import { type LatencyEvent, LatencyMeter } from "./latency.ts";
import { WordTimes } from "./word-times.ts";

/** The parts of a stream, from its recognizer. */
export interface StreamParts {
  readonly engine: EngineStream;
  readonly filters: FilterBanks;
  readonly header: ModelHeader;
  readonly decoder: Decoder;
  readonly rules: EndpointRules;
  readonly skipSilence: boolean;
  readonly onLatency: ((event: LatencyEvent) => void) | undefined;
  readonly onKeyword: ((keyword: KeywordResult) => void) | undefined;
  readonly onFree: () => void;
}

/**
 * One stream of audio through a recognizer, and its results.
 * @example
 * ```ts
 * for (const chunk of chunks) {
 *   stream.acceptWaveform(16000, chunk);
 *   console.log(stream.partial().partial);
 *   for (const { text, result } of stream.results()) console.log(text, result[0]?.start);
 * }
 * stream.inputFinished();
 * stream.free();
 * ```
 */
export class Stream {
  private readonly engine: EngineStream;
  private readonly filters: FilterBanks;
  private readonly header: ModelHeader;
  private readonly decoder: Decoder;
  private readonly decode: OutputHandler;
  private readonly gate: SilenceGate | null;
  private readonly latency: LatencyMeter | null;
  /** Of a model whose tokens are words. */
  private readonly times: WordTimes | null;
  private readonly onKeyword: ((keyword: KeywordResult) => void) | undefined;
  private readonly onFree: () => void;
  private finished = false;
  private isFreed = false;
  private rules: EndpointRules;
  private resampler: Resampler | null = null;
  private inputRate = 0;
  private inputSamples = 0;
  private finals: FinalResult[] = [];

  /** Made by Recognizer.createStream. @internal */
  constructor({ engine, filters, header, decoder, rules, skipSilence, onLatency, onKeyword, onFree }: StreamParts) {
    this.engine = engine;
    this.filters = filters;
    this.header = header;
    this.decoder = decoder;
    this.rules = rules;
    this.times = header.config.tokenUnit === "word" ? new WordTimes(header.config) : null;
    this.decode = (output, rows) => {
      this.decoder.accept(output, rows);
      this.times?.advance(rows);
      if (this.isEndpoint()) this.closeUtterance(true);
    };
    const silence = (rows: number) => {
      this.decoder.skip(rows);
      this.times?.advance(rows);
      if (this.isEndpoint()) this.closeUtterance(true);
    };
    this.gate = skipSilence ? new SilenceGate(engine, header.config, this.decode, silence) : null;
    // A listener may free the stream; then the others are not called.
    this.latency = onLatency ? new LatencyMeter((event) => this.isFreed || callListener(onLatency, event)) : null;
    this.onKeyword = onKeyword;
    this.onFree = onFree;
  }

  /** Seconds of audio accepted since the stream was created or reset. */
  get audioSeconds(): number {
    return this.inputRate === 0 ? 0 : this.inputSamples / this.inputRate;
  }

  /**
   * Takes the next samples, mono, any number of them: floats in -1 ... 1, or 16-bit integers. The rate must stay the same until
   * reset(). Errors: bad-argument, bad-audio (the chunk is dropped and the stream stays usable), finished, freed.
   */
  acceptWaveform(sampleRate: number, samples: Float32Array | Int16Array): void {
    checkSampleRate(sampleRate);
    const checked = checkSamples(samples);
    this.checkOpen();
    if (this.inputRate !== 0 && sampleRate !== this.inputRate) {
      throw new FoldvoxError(
        "bad-argument",
        `The sample rate changed from ${this.inputRate} to ${sampleRate} Hz within a stream; call reset() or open another stream.`,
      );
    }
    const isFirst = this.resampler === null;
    this.resampler ??= new Resampler(sampleRate, this.header.config.features.sampleRate, this.filters);
    this.inputRate = sampleRate;
    this.inputSamples += samples.length;
    const resampled = this.resampler.process(checked);
    this.run(() => {
      if (isFirst) this.begin();
      // Word times know the last minute of sound, so long audio goes through in pieces.
      for (const piece of piecesOf(resampled, this.header.config.features.sampleRate)) {
        this.times?.accept(piece);
        this.encode(piece);
      }
    });
  }

  /**
   * acceptWaveform for long audio: takes turns of some 10 ms with other tasks of the thread. Until it resolves, do not change the
   * samples and do not give others. The same errors.
   */
  async acceptWaveformAsync(sampleRate: number, samples: Float32Array | Int16Array): Promise<void> {
    checkSampleRate(sampleRate);
    const checked = checkSamples(samples);
    const turns = new Turns();
    for (const piece of piecesOf(checked, sampleRate)) {
      this.acceptWaveform(sampleRate, piece);
      await turns.share();
    }
  }

  /** The text of the current utterance. `committed` is the part that will not change any more. */
  partial(): PartialResult {
    const partial = this.decoder.partial();
    return this.times?.partial(partial) ?? partial;
  }

  /** Utterances that became final since the last call. */
  results(): FinalResult[] {
    const finals = this.finals;
    this.finals = [];
    return finals;
  }

  /** Keywords heard since the last call. */
  keywords(): KeywordResult[] {
    return this.decoder.keywords?.() ?? [];
  }

  /**
   * Changes to a grammar that Recognizer.prepareGrammar has prepared, or to none. The change holds from the next utterance on, or at
   * once if nothing has been said in this one. With `since`, in seconds of the stream, it holds from that time on, a few seconds back at
   * most: so speech right after a keyword can belong to the keyword's grammar. Errors: bad-argument; unsupported for other models.
   */
  setGrammar(grammar: PreparedGrammar | null, { since }: { readonly since?: number } = {}): void {
    if (!this.decoder.setGrammar) {
      throw new FoldvoxError(
        "unsupported",
        "This stream's grammar cannot be changed; that needs a model of phonemes, and a stream with a grammar or keywords.",
      );
    }
    if (grammar !== null && !(grammar instanceof PreparedGrammar)) {
      throw new FoldvoxError("bad-argument", `The grammar is ${shown(grammar)}; give one made by prepareGrammar().`);
    }
    if (since !== undefined && !Number.isFinite(since)) {
      throw new FoldvoxError("bad-argument", `since is ${shown(since)}; give seconds of the stream.`);
    }
    this.decoder.setGrammar(grammar?.phrases ?? null, since ?? null);
  }

  /** Whether an endpoint rule holds right now: silence after speech, or a too long utterance. */
  isEndpoint(): boolean {
    return isEndpoint(this.decoder, this.rules);
  }

  /** Changes endpoint rules from now on. Rules not given stay the same. Errors: bad-argument, and then nothing changes. */
  setEndpoint(rules: Partial<EndpointRules>): void {
    this.rules = endpointRules(rules, this.rules);
  }

  /**
   * Ends the audio: the rest is decoded and becomes final. A model may give a word up to its delay after the word's end, so that much
   * silence is appended. Errors: finished, freed.
   */
  inputFinished(): void {
    this.checkOpen();
    this.finished = true;
    this.run(() => this.end());
  }

  /** The audio and energy that `skipSilence` has saved since the stream was created or reset. */
  savings(): Savings {
    const skipped = this.gate?.skippedSamples ?? 0;
    return savingsOf(this.header, this.audioSeconds, skipped / this.header.config.features.sampleRate);
  }

  /** Resets the stream to its beginning: times start at zero, and unfetched results are dropped. Errors: freed. */
  reset(): void {
    this.engine.reset();
    this.finished = false;
    this.gate?.reset();
    this.decoder.reset();
    this.times?.reset();
    this.latency?.reset();
    this.resampler = null;
    this.inputRate = 0;
    this.inputSamples = 0;
    this.finals = [];
  }

  /** Frees the stream's place in the recognizer. Freeing twice is harmless. */
  free(): void {
    this.isFreed = true;
    this.engine.free();
    this.onFree();
  }

  /** Errors: finished, freed. */
  private checkOpen(): void {
    this.engine.open();
    if (!this.finished) return;
    throw new FoldvoxError("finished", "inputFinished() has been called on this stream; call reset() to start anew.");
  }

  /** Runs some work and then calls the listeners. They may call anything, because the work is done by then. */
  private run(work: () => void): void {
    const start = now();
    const finalsBefore = this.finals.length;
    try {
      work();
    } finally {
      this.tell(this.finals.slice(finalsBefore), now() - start);
    }
  }

  private tell(finals: readonly FinalResult[], computeMs: number): void {
    const { latency, onKeyword } = this;
    if (!latency && !onKeyword) return;
    const partial = this.partial();
    const keywords = onKeyword ? this.keywords() : [];
    for (const keyword of keywords) if (!this.isFreed) callListener(onKeyword!, keyword);
    latency?.look(finals, partial, this.audioSeconds, computeMs);
  }

  private encode(samples: Float32Array): void {
    if (this.gate) this.gate.acceptSamples(samples);
    else this.engine.acceptSamples(samples, this.decode);
  }

  private begin(): void {
    const { features, head } = this.header.config;
    const silence = new Float32Array(head.lead * features.hopSamples);
    if (this.gate) this.gate.acceptLead(silence);
    else this.engine.acceptSamples(silence, this.decode);
  }

  private end(): void {
    if (this.resampler) {
      const rest = this.resampler.flush();
      this.times?.accept(rest);
      this.encode(rest);
      const { encoder, features, head } = this.header.config;
      this.encode(new Float32Array(head.delay * encoder.stride * features.hopSamples));
    }
    if (this.gate) this.gate.finish();
    else this.engine.finish(this.decode);
    this.closeUtterance(false);
    this.finals = this.finals.map((final) => endingBy(final, this.audioSeconds));
  }

  private closeUtterance(goesOn: boolean): void {
    const result = this.decoder.finish(goesOn);
    if (result) this.finals.push(this.times?.final(result) ?? result);
  }
}
