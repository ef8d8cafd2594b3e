// How long after they were spoken words are told.

import type { FinalResult, PartialResult } from "../decode/text/results.ts";

/** Something that a stream has told, and how long after it was spoken. */
export interface LatencyEvent {
  /** The first partial of an utterance; a word that shows for the first time; a final result. */
  readonly kind: "first-partial" | "word" | "final";
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
    const words = (text: string, result: PartialResult["partial_result"]) => {
      if (this.wordsShown === 0 && result.length > 0) event("first-partial", text, result[0]!.start);
      for (const { word, end } of result.slice(this.wordsShown)) event("word", word, end);
      this.wordsShown = Math.max(this.wordsShown, result.length);
    };
    for (const { text, result } of finals) {
      words(text, result);
      event("final", text, result[result.length - 1]!.end);
      this.wordsShown = 0;
    }
    words(partial.partial, partial.partial_result);
  }

  reset(): void {
    this.wordsShown = 0;
  }
}
