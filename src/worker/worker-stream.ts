// A stream of a recognizer that runs in a worker, as the page sees it.

import { unshared } from "../audio/samples.ts";
import type { EndpointRules } from "../decode/endpoint.ts";
import type { FinalResult, KeywordResult, PartialResult } from "../decode/text/results.ts";
import type { OptionTypes } from "../options.ts";
import type { LatencyEvent } from "../recognizer/latency.ts";
import type { Channel } from "./channel.ts";
import { CLONEABLE_STREAM_OPTIONS, type CloneableStreamOptions, type Notice, type StreamProgress } from "./protocol.ts";

/** Who is told what a stream hears. */
export interface StreamListeners {
  /** The utterance that is going on has changed. Not called when it ends: a final result comes then. */
  readonly onPartial?: (result: PartialResult) => void;
  /** An utterance is complete. */
  readonly onFinal?: (result: FinalResult) => void;
  /** How long after being spoken words, partials and finals came, by the worker's own clock. */
  readonly onLatency?: (event: LatencyEvent) => void;
  /** A keyword has been caught. */
  readonly onKeyword?: (keyword: KeywordResult) => void;
}

export interface WorkerStreamOptions extends CloneableStreamOptions, StreamListeners {}

export const WORKER_STREAM_OPTIONS: OptionTypes<WorkerStreamOptions> = {
  ...CLONEABLE_STREAM_OPTIONS,
  onPartial: "function",
  onFinal: "function",
  onLatency: "function",
  onKeyword: "function",
};

/** A grammar that has been made ready in a worker, for streams of the same recognizer. */
export class WorkerGrammar {
  /** @internal */
  readonly number: number;
  private readonly channel: Channel;

  /** Made by WorkerRecognizer.prepareGrammar. @internal */
  constructor(channel: Channel, number: number) {
    this.channel = channel;
    this.number = number;
  }

  /** Gives its memory back when no stream listens for it any more. Freeing twice is harmless. */
  async free(): Promise<void> {
    // It fails only where the worker is gone, and the grammar with it.
    await this.channel.call("freeGrammar", { grammar: this.number }).catch(() => {});
  }
}

/**
 * A stream of a recognizer in a worker.
 * @example
 * ```ts types
 * import { createWorkerRecognizer } from "foldvox/worker";
 *
 *
 * const recognizer = await createWorkerRecognizer({ model: "english" });
 * const stream = await recognizer.createStream({
 *   decoding: { grammar: ["turn the (kitchen | bedroom) light (on | off)"] },
 *   onFinal: ({ text, confidence }) => console.log(text, confidence),
 * });
 * for (const chunk of chunks) await stream.acceptWaveform(16000, chunk);
 * await stream.inputFinished();
 * ```
 */
export class WorkerStream {
  private readonly channel: Channel;
  private readonly stream: number;

  /** Made by WorkerRecognizer.createStream. @internal */
  constructor(channel: Channel, stream: number) {
    this.channel = channel;
    this.stream = stream;
  }

  /**
   * Hands the next samples to the worker, as Stream.acceptWaveform takes them: any rate, any number. Resolves when they have
   * been worked through and listeners have been told; wait for it to keep a long file from piling up.
   * Errors: bad-argument, bad-audio (the chunk is not used and the stream goes on as before), finished, freed.
   */
  acceptWaveform(sampleRate: number, samples: Float32Array | Int16Array): Promise<StreamProgress> {
    return this.channel.call("acceptWaveform", { stream: this.stream, sampleRate, samples: unshared(samples) });
  }

  /** The audio has ended: resolves when the last results have been told. Errors: finished, freed. */
  inputFinished(): Promise<StreamProgress> {
    return this.channel.call("inputFinished", { stream: this.stream });
  }

  /** Changes endpoint rules from here on. Errors: bad-argument, freed. */
  setEndpoint(rules: Partial<EndpointRules>): Promise<void> {
    return this.channel.call("setEndpoint", { stream: this.stream, rules });
  }

  /** Listens for another grammar or for none, as Stream.setGrammar does. Errors: unsupported, freed. */
  setGrammar(grammar: WorkerGrammar | null, { since }: { readonly since?: number } = {}): Promise<void> {
    return this.channel.call("setGrammar", {
      stream: this.stream,
      grammar: grammar === null ? null : grammar.number,
      ...(since !== undefined && { since }),
    });
  }

  /** Back to the beginning: nothing heard, times from zero. Errors: freed. */
  reset(): Promise<void> {
    return this.channel.call("reset", { stream: this.stream });
  }

  /** Gives the stream's place back to the recognizer. Freeing twice is harmless. */
  async free(): Promise<void> {
    this.channel.forget(this.stream);
    // It fails only where the worker is gone, and the stream with it.
    await this.channel.call("freeStream", { stream: this.stream }).catch(() => {});
  }
}

/** Hands a notice to whom it concerns. */
export function tell(
  { onFinal, onPartial, onLatency, onKeyword }: StreamListeners,
  { final, partial, latency, keyword }: Notice,
): void {
  if (final) onFinal?.(final);
  if (partial) onPartial?.(partial);
  if (latency) onLatency?.(latency);
  if (keyword) onKeyword?.(keyword);
}
