// One run of listening, to the microphone or to a clip, from start to stop.

import type {
  FinalResult,
  KeywordResult,
  PartialResult,
  StreamProgress,
  WorkerRecognizer,
  WorkerStream,
  WorkerStreamOptions,
} from "../../../src/worker/worker-recognizer.ts";
import { CLIP_RATE } from "./clip.ts";
import type { SoundSource } from "./sources.ts";

/** What is shown of a run. */
export interface ListeningViews {
  /** The first samples are there; do they come in real time? */
  started(realTime: boolean): void;
  samples(samples: Float32Array): void;
  partial(result: PartialResult): void;
  final(result: FinalResult): void;
  keyword(result: KeywordResult): void;
  progress(progress: StreamProgress): void;
  /** A word, and milliseconds from its end until now. Told only where sound comes in real time. */
  wordShown(word: string, latencyMs: number): void;
  /** The run is over and everything is released; what was wrong, if it did not end as it should. */
  ended(cause?: unknown): void;
}

export class Listening {
  private readonly source: SoundSource;
  private readonly views: ListeningViews;
  private stream: WorkerStream | null = null;
  /** Resolves when the stream is open and has what was heard before. */
  private opened: Promise<void> = Promise.resolve();
  /** What was heard before the recognizer was there. */
  private early: Float32Array[] = [];
  /** When the sound began, by performance.now(); null before it did. */
  private startedAt: number | null = null;
  /** Whether the recognizer has caught up with the sound: a model that had to be loaded first is no latency of words. */
  private caughtUp = true;
  private stopping = false;

  private constructor(source: SoundSource, views: ListeningViews) {
    this.source = source;
    this.views = views;
  }

  /**
   * Opens the source at once, as the user's click allows, and a stream as soon as there is a recognizer. Errors: those of either;
   * nothing stays open then.
   */
  static async start(
    recognizer: Promise<WorkerRecognizer>,
    options: WorkerStreamOptions,
    source: SoundSource,
    views: ListeningViews,
  ): Promise<Listening> {
    const listening = new Listening(source, views);
    listening.opened = recognizer.then((opened) => listening.open(opened, options));
    // Waited for below, and by stop(); until then its failure has no other listener.
    listening.opened.catch(() => {});
    try {
      await source.start(
        (samples) => listening.accept(samples),
        (cause) => void listening.stop(cause),
      );
      await listening.opened;
    } catch (cause) {
      listening.stopping = true;
      await source.stop();
      void listening.opened.then(
        () => listening.stream!.free(),
        () => {},
      );
      throw cause;
    }
    return listening;
  }

  /** The stream that listens; null before it is open. */
  get openStream(): WorkerStream | null {
    return this.stream;
  }

  /** Whether it is ending, or has ended. */
  get isOver(): boolean {
    return this.stopping;
  }

  /** Releases the source, lets the last words come, and frees the stream. */
  async stop(cause?: unknown): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.source.stop();
    let failure = cause;
    try {
      await this.opened;
      this.views.progress(await this.stream!.inputFinished());
    } catch (error) {
      failure ??= error;
    }
    await this.stream?.free();
    this.views.ended(failure);
  }

  private async open(recognizer: WorkerRecognizer, options: WorkerStreamOptions): Promise<void> {
    this.stream = await recognizer.createStream({
      ...options,
      onPartial: (result) => this.views.partial(result),
      onFinal: (result) => this.views.final(result),
      onKeyword: (result) => this.views.keyword(result),
      onLatency: ({ kind, text, spokenSeconds }) => {
        if (kind === "word") this.wordShown(text, spokenSeconds);
      },
    });
    const { early } = this;
    this.early = [];
    this.caughtUp = early.length < 3;
    await Promise.all(early.map((samples) => this.hand(samples)));
    this.caughtUp = true;
  }

  private async accept(samples: Float32Array): Promise<void> {
    if (this.startedAt === null) {
      this.startedAt = performance.now() - (samples.length / CLIP_RATE) * 1000;
      this.views.started(this.source.realTime);
    }
    this.views.samples(samples);
    if (this.stream) await this.hand(samples);
    else this.early.push(samples);
  }

  private async hand(samples: Float32Array): Promise<void> {
    try {
      this.views.progress(await this.stream!.acceptWaveform(CLIP_RATE, samples));
    } catch (cause) {
      await this.stop(cause);
    }
  }

  private wordShown(word: string, spokenSeconds: number): void {
    if (!this.source.realTime || this.startedAt === null || !this.caughtUp) return;
    this.views.wordShown(word, performance.now() - this.startedAt - spokenSeconds * 1000);
  }
}
