// One stream of audio through a recognizer: resampling, encoding, decoding, endpoints.

import { Resampler } from "./audio/resampler.ts";
import { checkSampleRate, checkSamples } from "./audio/samples.ts";
import { CtcGreedyDecoder } from "./decode/ctc-greedy.ts";
import { type EndpointRules, endpointRules, isEndpoint } from "./decode/endpoint.ts";
import type { FinalResult, PartialResult } from "./decode/results.ts";
import type { EngineStream, OutputHandler } from "./engine/engine-stream.ts";
import { FoldvoxError } from "./errors.ts";
import type { ModelConfig } from "./model/config.ts";

export class Stream {
  private readonly engine: EngineStream;
  private readonly config: ModelConfig;
  private readonly rules: EndpointRules;
  private readonly decoder: CtcGreedyDecoder;
  private readonly decode: OutputHandler;
  private resampler: Resampler | null = null;
  private inputRate = 0;
  private inputSamples = 0;
  private finals: FinalResult[] = [];

  /** Made by Recognizer.createStream. Errors: unsupported if the model has no CTC head, bad-argument for endpoint rules. */
  constructor(engine: EngineStream, config: ModelConfig, endpoint: Partial<EndpointRules>) {
    this.engine = engine;
    this.config = config;
    try {
      if (config.head.type !== "ctc") {
        throw new FoldvoxError(
          "unsupported",
          `The model's head is "${config.head.type}"; decoding is there for CTC heads only. Use encode() for its vectors.`,
        );
      }
      this.rules = endpointRules(endpoint);
    } catch (error) {
      engine.free();
      throw error;
    }
    const { sampleRate, hopSamples } = config.features;
    this.decoder = new CtcGreedyDecoder({
      tokens: config.tokens,
      tokenUnit: config.tokenUnit,
      blank: config.head.blank,
      tokenSeconds: (config.encoder.stride * hopSamples) / sampleRate,
    });
    this.decode = (logProbs, tokens) => {
      this.decoder.accept(logProbs, tokens);
      if (this.isEndpoint()) this.closeUtterance();
    };
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
    checkSampleRate(sampleRate);
    const checked = checkSamples(samples);
    if (this.inputRate !== 0 && sampleRate !== this.inputRate) {
      throw new FoldvoxError(
        "bad-argument",
        `The sample rate changed from ${this.inputRate} to ${sampleRate} Hz within a stream; call reset() or open another stream.`,
      );
    }
    this.resampler ??= new Resampler(sampleRate, this.config.features.sampleRate);
    this.engine.acceptSamples(this.resampler.process(checked), this.decode);
    this.inputRate = sampleRate;
    this.inputSamples += samples.length;
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

  /**
   * The audio has ended: what was still waiting is decoded and becomes final. The model tells a word up to its delay after
   * the word's end, so that much silence follows. Errors: finished, freed.
   */
  inputFinished(): void {
    if (this.resampler) {
      this.engine.acceptSamples(this.resampler.flush(), this.decode);
      const { encoder, features, head } = this.config;
      const silence = new Float32Array(head.delay * encoder.stride * features.hopSamples);
      this.engine.acceptSamples(silence, this.decode);
    }
    this.engine.finish(this.decode);
    this.closeUtterance();
  }

  /** Back to the beginning: nothing heard, times from zero, results not fetched are dropped. Errors: freed. */
  reset(): void {
    this.engine.reset();
    this.decoder.reset();
    this.resampler = null;
    this.inputRate = 0;
    this.inputSamples = 0;
    this.finals = [];
  }

  /** Gives the stream's place back to the recognizer. Freeing twice is harmless. */
  free(): void {
    this.engine.free();
  }

  private closeUtterance(): void {
    const result = this.decoder.finish();
    if (result) this.finals.push(result);
  }
}
