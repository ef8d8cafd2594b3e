// How long after they were spoken words are told: from where a word ends in the sound to its first showing in a partial, and to its
// commitment. These two are what is called latency everywhere: by `onLatency`, `evaluate` and the page.

import type { FinalResult, PartialResult, WordResult } from "../decode/text/results.ts";
import { textOf } from "../decode/text/words.ts";

/** Something that a stream has told, and how long after it was spoken. */
export interface LatencyEvent {
  /**
   * The first partial of an utterance; a word that shows for the first time; a word that is committed, which is to say that it
   * will not change any more; a final result.
   */
  readonly kind: "first-partial" | "word" | "committed" | "final";
  readonly text: string;
  /** When it was spoken, in seconds of audio: where the first word began, where the word ended, where the last word ended. */
  readonly spokenSeconds: number;
  /** Seconds of audio that the stream had accepted when it told. */
  readonly heardSeconds: number;
  /** Milliseconds of computing in the call that told it. */
  readonly computeMs: number;
  /** From being spoken to being told, with the computing: what a listener waits if audio comes as it is spoken. */
  readonly latencyMs: number;
}

/** Looks at what a stream tells after each call, and reports what is new. */
export class LatencyMeter {
  private readonly report: (event: LatencyEvent) => void;
  private wordsShown = 0;
  private wordsCommitted = 0;

  constructor(report: (event: LatencyEvent) => void) {
    this.report = report;
  }

  /** `finals` are those of this call. */
  look(finals: readonly FinalResult[], partial: PartialResult, heardSeconds: number, computeMs: number): void {
    const event = (kind: LatencyEvent["kind"], text: string, spokenSeconds: number) =>
      this.report({
        kind,
        text,
        spokenSeconds,
        heardSeconds,
        computeMs,
        latencyMs: (heardSeconds - spokenSeconds) * 1000 + computeMs,
      });
    const words = (text: string, result: readonly WordResult[], committed: number) => {
      if (this.wordsShown === 0 && result.length > 0) event("first-partial", text, result[0]!.start);
      for (const { word, end } of result.slice(this.wordsShown)) event("word", word, end);
      for (const { word, end } of result.slice(this.wordsCommitted, committed)) event("committed", word, end);
      this.wordsShown = Math.max(this.wordsShown, result.length);
      this.wordsCommitted = Math.max(this.wordsCommitted, committed);
    };
    for (const { text, result } of finals) {
      words(text, result, result.length);
      event("final", text, result[result.length - 1]!.end);
      this.reset();
    }
    words(partial.partial, partial.partial_result, committedWords(partial));
  }

  reset(): void {
    this.wordsShown = 0;
    this.wordsCommitted = 0;
  }
}

/** How many of a partial's words are committed. */
function committedWords({ committed, partial_result: words }: PartialResult): number {
  let count = 0;
  while (count < words.length && textOf(words.slice(0, count)).length < committed.length) count++;
  return count;
}
