// Whole inputs through one stream: audio chunks in, new partials and finals out.

import { type AudioChunk, SampleSource, type SourceOptions } from "../audio/sample-source.ts";
import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { untilAborted } from "../loading/abort.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import { piecesOf, Turns } from "../turns.ts";
import type { StreamPair } from "../web-types.ts";
import type { Stream } from "./stream.ts";
import { STREAM_OPTIONS, type StreamOptions } from "./stream-options.ts";

/** Options of `transcribe` and of the transform stream: the format of the input, and those of the stream. */
export interface TranscribeOptions extends StreamOptions, SourceOptions {
  /** Aborts transcribing: `transcribe` throws the signal's reason, also while it waits for audio. */
  readonly signal?: AbortSignal;
}

const TRANSCRIBE_OPTIONS: OptionTypes<TranscribeOptions> = {
  ...STREAM_OPTIONS,
  sampleRate: "any",
  format: "any",
  channels: "any",
  signal: "signal",
};

type Told = PartialResult | FinalResult;

/** Opens a stream of the recognizer. */
type OpenStream = (options: StreamOptions) => Stream;

/** A stream that yields what is new as audio arrives: every final, and a partial whenever its text changes. */
class ResultFeed {
  readonly stream: Stream;
  private readonly source: SampleSource;
  private readonly turns = new Turns();
  private shown = "";

  constructor(open: OpenStream, options: TranscribeOptions) {
    checkOptions("options", options, TRANSCRIBE_OPTIONS);
    const { sampleRate, format, channels, signal, ...own } = options;
    this.source = new SampleSource({
      ...(sampleRate !== undefined && { sampleRate }),
      ...(format !== undefined && { format }),
      ...(channels !== undefined && { channels }),
    });
    signal?.throwIfAborted();
    this.stream = open(own);
  }

  async *accept(chunk: AudioChunk): AsyncGenerator<Told> {
    const samples = this.source.read(chunk);
    for (const piece of piecesOf(samples, this.source.sampleRate)) {
      this.stream.acceptWaveform(this.source.sampleRate, piece);
      yield* this.stream.results();
      const partial = this.stream.partial();
      if (partial.partial !== this.shown) yield partial;
      this.shown = partial.partial;
      await this.turns.share();
    }
  }

  finish(): FinalResult[] {
    this.source.finish();
    this.stream.inputFinished();
    return this.stream.results();
  }
}

/** Recognizer.transcribe. */
export async function* transcribe(
  open: OpenStream,
  chunks: AsyncIterable<AudioChunk> | Iterable<AudioChunk>,
  options: TranscribeOptions,
): AsyncGenerator<Told> {
  const feed = new ResultFeed(open, options);
  try {
    for await (const chunk of untilAborted(chunks, options.signal)) {
      for await (const told of feed.accept(chunk)) {
        yield told;
        options.signal?.throwIfAborted();
      }
    }
    yield* feed.finish();
  } finally {
    feed.stream.free();
  }
}

/** Recognizer.transformStream. */
export function transformStream(open: OpenStream, options: TranscribeOptions): StreamPair<Told, AudioChunk> {
  const feed = new ResultFeed(open, options);
  const { signal } = options;
  let stop = () => {};
  const { readable, writable } = new TransformStream<AudioChunk, Told>({
    start: (controller) => {
      stop = () => controller.error(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
    },
    transform: async (chunk, controller) => {
      for await (const result of feed.accept(chunk)) {
        if (signal?.aborted) return;
        controller.enqueue(result);
      }
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
