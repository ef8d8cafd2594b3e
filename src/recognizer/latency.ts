// Word latency: the time from a word's end in the audio to its first appearance in a partial, and to its commitment. `onLatency`,
// `evaluate` and the page all mean these two by latency.

import type { FinalResult, PartialResult, WordResult } from "../decode/text/results.ts";
import { textOf } from "../decode/text/words.ts";

/** A result of a stream, and its delay behind the speech. */
export interface LatencyEvent {
  /**
   * The first partial of an utterance; a word that appears for the first time; a word that is committed (will not change any more); a
   * final result.
   */
  readonly kind: "first-partial" | "word" | "committed" | "final";
  readonly text: string;
  /** When it was spoken, in seconds of audio: the first word's start, the word's end, or the last word's end. */
  readonly spokenSeconds: number;
  /** Seconds of audio that the stream had accepted by then. */
  readonly heardSeconds: number;
  /** Milliseconds of computing in the call that gave it. */
  readonly computeMs: number;
  /** From speech to result, computing included: how long a user waits if audio arrives as it is spoken. */
  readonly latencyMs: number;
}

/** Compares a stream's results after each call, and reports what is new. */
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
