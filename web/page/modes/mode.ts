// A way of listening: what it loads, how its streams listen, and what it shows beside the transcript.

import type {
  FinalResult,
  KeywordResult,
  PartialResult,
  WorkerRecognizer,
  WorkerRecognizerOptions,
  WorkerStream,
  WorkerStreamOptions,
} from "../../../src/worker/worker-recognizer.ts";
import type { ModeName } from "./models.ts";

/** What is needed to listen. Loads that have the same key are the same. */
export interface Load {
  readonly key: string;
  readonly bytes: number;
  readonly options: WorkerRecognizerOptions;
}

/** What a mode makes of a final result. */
export interface Heard {
  /** The result as it is kept; null where nothing was understood. */
  readonly final: FinalResult | null;
  /** What is told in place of it at once, and what takes its place when more is known. */
  readonly answer?: string;
  readonly fuller?: Promise<string | null>;
}

export interface Mode {
  readonly name: ModeName;
  /** The recording that shows what it does. */
  readonly example: string;
  load(): Load;
  /** How a stream is to listen, by what the visitor has set. Errors: bad-argument. */
  streamOptions(): WorkerStreamOptions;
  /** A run begins: what is shown of the one before goes. */
  clear(): void;
  /** The result as it is to be shown. */
  partial(result: PartialResult): PartialResult;
  final(result: FinalResult, recognizer: WorkerRecognizer | null): Heard;
  keyword(result: KeywordResult): void;
  /** The stream that listens now, for settings that change while it does; null when none does. */
  listening(recognizer: WorkerRecognizer | null, stream: WorkerStream | null): void;
}
