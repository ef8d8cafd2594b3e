// Whole inputs through one stream: audio chunks in, what is new in the transcript out.

import { checkSampleRate } from "../audio/samples.ts";
import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { untilAborted } from "../loading/abort.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import { yieldToEventLoop } from "../platform.ts";
import type { StreamPair } from "../web-types.ts";
import { STREAM_OPTIONS, type Stream, type StreamOptions } from "./stream.ts";

/** How `transcribe` and the transform stream read what they are given, and the options of their stream. */
export interface TranscribeOptions extends StreamOptions {
  /** Rate of the samples in Hz. Default 16000. */
  readonly sampleRate?: number;
  /** Ends transcribing: `transcribe` throws the signal's reason, also while it waits for audio. */
  readonly signal?: AbortSignal;
}

const TRANSCRIBE_OPTIONS: OptionTypes<TranscribeOptions> = { ...STREAM_OPTIONS, sampleRate: "any", signal: "object" };

/** Opens a stream of the recognizer. */
type OpenStream = (options: StreamOptions) => Stream;

/** A stream that tells what is new after each chunk: every final, and a partial whenever its text has changed. */
class ResultFeed {
  readonly stream: Stream;
  private readonly sampleRate: number;
  private shown = "";

  constructor(open: OpenStream, options: TranscribeOptions) {
    checkOptions("options", options, TRANSCRIBE_OPTIONS);
    const { sampleRate = 16000, signal, ...own } = options;
    checkSampleRate(sampleRate);
    signal?.throwIfAborted();
    this.sampleRate = sampleRate;
    this.stream = open({ ...own, deferred: false });
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

/** Recognizer.transcribe. */
export async function* transcribe(
  open: OpenStream,
  chunks: AsyncIterable<Float32Array | Int16Array> | Iterable<Float32Array | Int16Array>,
  options: TranscribeOptions,
): AsyncGenerator<PartialResult | FinalResult> {
  const feed = new ResultFeed(open, options);
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

/** Recognizer.transformStream. */
export function transformStream(
  open: OpenStream,
  options: TranscribeOptions,
): StreamPair<PartialResult | FinalResult, Float32Array | Int16Array> {
  type Told = PartialResult | FinalResult;
  const feed = new ResultFeed(open, options);
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
