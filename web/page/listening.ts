// One run of listening, to the microphone or to a clip, from start to stop.

import { openMicrophone } from "../../src/microphone/microphone.ts";
import type {
  FinalResult,
  PartialResult,
  StreamProgress,
  WorkerRecognizer,
  WorkerStream,
} from "../../src/worker/worker-recognizer.ts";
import { CLIP_RATE, playClip } from "./clip.ts";

/** What the page shows of a run. */
export interface ListeningViews {
  /** The first samples are there; do they come in real time? */
  started(realTime: boolean): void;
  samples(samples: Float32Array): void;
  partial(result: PartialResult): void;
  final(result: FinalResult): void;
  progress(progress: StreamProgress): void;
  /** Milliseconds from a word's end until now. Told only where sound comes in real time. */
  wordShown(latencyMs: number): void;
  /** The run is over and everything is released; what was wrong, if it did not end as it should. */
  ended(cause?: unknown): void;
}

/** Where sound comes from: gives samples to `accept` until it is told to stop. */
interface SoundSource {
  readonly realTime: boolean;
  start(accept: (samples: Float32Array) => Promise<unknown>, ended: (cause?: unknown) => void): Promise<void>;
  /** Resolves when no samples will come any more. */
  stop(): Promise<void>;
}

/** The microphone as a source. */
export function microphoneSource(): SoundSource {
  let close = async () => {};
  return {
    realTime: true,
    async start(accept, ended) {
      const microphone = await openMicrophone({
        sampleRate: CLIP_RATE,
        onSamples: (samples) => void accept(samples),
        onEnded: () => ended(),
      });
      close = () => microphone.close();
    },
    stop: () => close(),
  };
}

/** Recorded samples as a source: played aloud in their own time, or read at full speed. */
export function clipSource(samples: Float32Array, aloud: boolean): SoundSource {
  const abort = new AbortController();
  let playing: Promise<void> = Promise.resolve();
  return {
    realTime: aloud,
    async start(accept, ended) {
      playing = playClip(samples, aloud, accept, abort.signal);
      playing.then(() => ended(), ended);
    },
    async stop() {
      abort.abort();
      await playing.catch(() => {});
    },
  };
}

export class Listening {
  private readonly source: SoundSource;
  private readonly views: ListeningViews;
  private stream: WorkerStream | null = null;
  /** When the sound began, by performance.now(); null before it did. */
  private startedAt: number | null = null;
  private stopping = false;

  private constructor(source: SoundSource, views: ListeningViews) {
    this.source = source;
    this.views = views;
  }

  /** Opens a stream and the source. Errors: those of either; nothing stays open then. */
  static async start(recognizer: WorkerRecognizer, source: SoundSource, views: ListeningViews): Promise<Listening> {
    const listening = new Listening(source, views);
    const stream = await recognizer.createStream({
      onPartial: (result) => views.partial(result),
      onFinal: (result) => views.final(result),
      onLatency: ({ kind, spokenSeconds }) => {
        if (kind === "word") listening.wordShown(spokenSeconds);
      },
    });
    listening.stream = stream;
    try {
      await source.start(
        (samples) => listening.accept(samples),
        (cause) => void listening.stop(cause),
      );
    } catch (cause) {
      await stream.free();
      throw cause;
    }
    return listening;
  }

  /** Releases the source, lets the last words come, and frees the stream. */
  async stop(cause?: unknown): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.source.stop();
    let failure = cause;
    try {
      this.views.progress(await this.stream!.inputFinished());
    } catch (error) {
      failure ??= error;
    }
    await this.stream!.free();
    this.views.ended(failure);
  }

  private async accept(samples: Float32Array): Promise<void> {
    if (this.startedAt === null) {
      this.startedAt = performance.now() - (samples.length / CLIP_RATE) * 1000;
      this.views.started(this.source.realTime);
    }
    this.views.samples(samples);
    try {
      this.views.progress(await this.stream!.acceptWaveform(CLIP_RATE, samples));
    } catch (cause) {
      await this.stop(cause);
    }
  }

  private wordShown(spokenSeconds: number): void {
    if (!this.source.realTime || this.startedAt === null) return;
    this.views.wordShown(performance.now() - this.startedAt - spokenSeconds * 1000);
  }
}
