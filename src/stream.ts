// One stream of audio through a recognizer: resampling, encoding, decoding, endpoints.

import { Resampler } from "./audio/resampler.ts";
import { checkSampleRate, checkSamples } from "./audio/samples.ts";
import type { Decoder } from "./decode/decoder.ts";
import type { DecodingOptions } from "./decode/decoding.ts";
import { type EndpointRules, endpointRules, isEndpoint } from "./decode/endpoint.ts";
import { endingBy, type FinalResult, type PartialResult } from "./decode/results.ts";
import type { EngineStream, OutputHandler } from "./engine/engine-stream.ts";
import { FoldvoxError } from "./errors.ts";
import { type LatencyEvent, LatencyMeter } from "./latency.ts";
import type { ModelHeader } from "./model/header.ts";
import { now } from "./platform.ts";
import { type Savings, savingsOf } from "./savings.ts";
import { SilenceGate } from "./silence-gate.ts";

/** How streams work; what a stream is not told it has from its recognizer. */
export interface StreamOptions {
  /** When a result becomes final while audio goes on. */
  readonly endpoint?: Partial<EndpointRules>;
  /** Beam search, hotwords, grammar, language model, alternatives. Given for a stream, it replaces the recognizer's as a whole. */
  readonly decoding?: DecodingOptions;
  /**
   * Pauses the encoder in long silences. What it says of speech stays the same to the bit, only that a word in sound too
   * faint for the voice detector is not heard; after a pause the encoder runs over its last seconds first. Default false.
   */
  readonly skipSilence?: boolean;
  /** Is told how long after being spoken words, partials and finals come. */
  readonly onLatency?: (event: LatencyEvent) => void;
}

/** The parts that a recognizer makes a stream of. */
export interface StreamParts {
  readonly engine: EngineStream;
  readonly header: ModelHeader;
  readonly decoder: Decoder;
  readonly rules: EndpointRules;
  readonly skipSilence: boolean;
  readonly onLatency: ((event: LatencyEvent) => void) | undefined;
}

export class Stream {
  private readonly engine: EngineStream;
  private readonly header: ModelHeader;
  private readonly decoder: Decoder;
  private readonly decode: OutputHandler;
  private readonly gate: SilenceGate | null;
  private readonly latency: LatencyMeter | null;
  private rules: EndpointRules;
  private resampler: Resampler | null = null;
  private inputRate = 0;
  private inputSamples = 0;
  private finals: FinalResult[] = [];

  /** Made by Recognizer.createStream. */
  constructor({ engine, header, decoder, rules, skipSilence, onLatency }: StreamParts) {
    this.engine = engine;
    this.header = header;
    this.decoder = decoder;
    this.rules = rules;
    this.decode = (output, rows) => {
      this.decoder.accept(output, rows);
      if (this.isEndpoint()) this.closeUtterance();
    };
    const silence = (rows: number) => {
      this.decoder.skip(rows);
      if (this.isEndpoint()) this.closeUtterance();
    };
    this.gate = skipSilence ? new SilenceGate(engine, header.config, this.decode, silence) : null;
    this.latency = onLatency ? new LatencyMeter(onLatency) : null;
  }

  /** Seconds of audio accepted since the stream was created or reset. */
  get audioSeconds(): number {
    return this.inputRate === 0 ? 0 : this.inputSamples / this.inputRate;
  }

  /**
   * Takes the next samples, mono, of any number: floats in -1 ... 1, or 16-bit integers. The rate must stay the same until
   * reset(). Errors: bad-argument, bad-audio (the chunk is not used and the stream goes on as before), finished, freed.
   */
  acceptWaveform(sampleRate: number, samples: Float32Array | Int16Array): void {
    // The silence gate may keep samples from the engine, which would refuse them.
    this.engine.checkOpen();
    checkSampleRate(sampleRate);
    const checked = checkSamples(samples);
    if (this.inputRate !== 0 && sampleRate !== this.inputRate) {
      throw new FoldvoxError(
        "bad-argument",
        `The sample rate changed from ${this.inputRate} to ${sampleRate} Hz within a stream; call reset() or open another stream.`,
      );
    }
    this.resampler ??= new Resampler(sampleRate, this.header.config.features.sampleRate);
    const resampled = this.resampler.process(checked);
    this.timed(() => {
      this.encode(resampled);
      this.inputRate = sampleRate;
      this.inputSamples += samples.length;
    });
  }

  /** The text of the utterance that is going on; `committed` is the part that will not change any more. */
  partial(): PartialResult {
    return this.decoder.partial();
  }

  /** Utterances that became final since the last call. */
  results(): FinalResult[] {
    const finals = this.finals;
    this.finals = [];
    return finals;
  }

  /** Whether the endpoint rules hold right now: silence after speech, or an utterance that has grown too long. */
  isEndpoint(): boolean {
    return isEndpoint(this.decoder, this.rules);
  }

  /** Changes endpoint rules from here on; those not given stay as they are. Errors: bad-argument, and nothing changes. */
  setEndpoint(rules: Partial<EndpointRules>): void {
    this.rules = endpointRules(rules, this.rules);
  }

  /**
   * The audio has ended: what was still waiting is decoded and becomes final. The model tells a word up to its delay after
   * the word's end, so that much silence follows. Errors: finished, freed.
   */
  inputFinished(): void {
    this.timed(() => {
      if (this.resampler) {
        this.encode(this.resampler.flush());
        const { encoder, features, head } = this.header.config;
        this.encode(new Float32Array(head.delay * encoder.stride * features.hopSamples));
      }
      if (this.gate) this.gate.finish();
      else this.engine.finish(this.decode);
      this.closeUtterance();
      this.finals = this.finals.map((final) => endingBy(final, this.audioSeconds));
    });
  }

  /** What `skipSilence` has saved since the stream was created or reset. */
  savings(): Savings {
    const skipped = this.gate?.skippedSamples ?? 0;
    return savingsOf(this.header, this.audioSeconds, skipped / this.header.config.features.sampleRate);
  }

  /** Back to the beginning: nothing heard, times from zero, results not fetched are dropped. Errors: freed. */
  reset(): void {
    this.engine.reset();
    this.gate?.reset();
    this.decoder.reset();
    this.latency?.reset();
    this.resampler = null;
    this.inputRate = 0;
    this.inputSamples = 0;
    this.finals = [];
  }

  /** Gives the stream's place back to the recognizer. Freeing twice is harmless. */
  free(): void {
    this.engine.free();
  }

  private encode(samples: Float32Array): void {
    if (this.gate) this.gate.acceptSamples(samples);
    else this.engine.acceptSamples(samples, this.decode);
  }

  private closeUtterance(): void {
    const result = this.decoder.finish();
    if (result) this.finals.push(result);
  }

  /** Does the work, and tells the latency of what it brings. */
  private timed(work: () => void): void {
    if (!this.latency) {
      work();
      return;
    }
    const before = this.finals.length;
    const start = now();
    work();
    const computeMs = now() - start;
    this.latency.look(this.finals.slice(before), this.partial(), this.audioSeconds, computeMs);
  }
}
