// What the server's main thread and its recognition threads say to each other. Both gather what a turn of the event loop brings
// and post it as one list: a message for every 20 ms of every stream costs more than recognizing it.

import type { PcmFormat } from "../../audio/pcm.ts";
import type { DecodingOptions } from "../../decode/decoding-options.ts";
import type { FinalResult, PartialResult } from "../../decode/text/results.ts";
import type { MemoryReport } from "../../engine/memory-report.ts";
import type { FoldvoxErrorCode } from "../../errors.ts";
import type { StreamOptions } from "../../recognizer/stream-options.ts";

/** What a recognition thread is started with. */
export interface RecognitionSetup {
  readonly task: "serve";
  readonly model: string | undefined;
  readonly options: StreamOptions;
  readonly maxStreams: number;
}

/** What is wanted of a session. */
export interface SessionWishes {
  /** In place of the server's own. */
  readonly decoding?: DecodingOptions | undefined;
  /** Words that a client hopes for; those that the model cannot spell are left out. */
  readonly hints?: readonly Hint[] | undefined;
  /** Whether each reply tells how the utterance stands. */
  readonly partials: boolean;
}

/** How audio in pieces is written. */
export interface PcmAudio {
  readonly encoding: PcmFormat;
  readonly channels: number;
  /** In Hz. */
  readonly sampleRate: number;
}

/** A session whose audio comes in pieces. */
export interface SessionFormat extends SessionWishes, PcmAudio {}

/** A session whose audio is a file, which tells how it is written. */
export interface SessionFile extends SessionWishes {
  readonly path: string;
  readonly limitSeconds: number;
}

/** A phrase to be preferred, and by how much. */
export interface Hint {
  readonly phrase: string;
  readonly boost: number;
}

/**
 * From the main thread. `audio` and `finish` get one reply each, in order; a session that has finished is gone. `file` opens a session
 * whose audio the thread reads itself: `told` says what is heard on the way, and one reply that it was the end.
 */
export type Request =
  | { readonly kind: "open"; readonly session: number; readonly format: SessionFormat }
  | { readonly kind: "audio"; readonly session: number; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly session: number; readonly file: SessionFile }
  | { readonly kind: "finish"; readonly session: number }
  | { readonly kind: "close"; readonly session: number }
  | { readonly kind: "report" };

/** What has been heard in a piece of audio: utterances that it completed, and the one that goes on. */
export interface Heard {
  readonly finals: readonly FinalResult[];
  readonly partial: PartialResult | null;
}

/** What has been heard of a file since the last time, and how many seconds of it in all. */
export interface Told {
  readonly finals: readonly FinalResult[];
  readonly seconds: number;
}

/** What a recognition thread has done since it started. */
export interface ThreadReport {
  readonly memory: MemoryReport;
  readonly streams: number;
  readonly audioSeconds: number;
  readonly computeSeconds: number;
}

/** What went wrong: a FoldvoxError's code, or that it was nothing foreseen. */
export interface Failure {
  readonly code: FoldvoxErrorCode | "internal";
  readonly message: string;
}

/** What the model file says of itself. */
export interface ModelFacts {
  readonly sha256: string;
  readonly build: string;
  readonly language: string;
}

/** From a recognition thread. A session that has failed is gone. */
export type Reply =
  | { readonly kind: "ready"; readonly model: ModelFacts }
  | ({ readonly kind: "broken" } & Failure)
  | { readonly kind: "heard"; readonly session: number; readonly heard: Heard }
  | ({ readonly kind: "told"; readonly session: number } & Told)
  | { readonly kind: "warning"; readonly problem: string }
  | ({ readonly kind: "failed"; readonly session: number } & Failure)
  | { readonly kind: "report"; readonly report: ThreadReport };
