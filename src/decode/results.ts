// What a recognizer tells, in Vosk's shapes. Times are seconds from the stream's start.

export interface WordResult {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Confidence in 0 ... 1: mean probability of the word's tokens. */
  readonly conf: number;
}

/** An utterance that will not change any more. */
export interface FinalResult {
  readonly text: string;
  readonly result: readonly WordResult[];
}

/** An utterance that is going on; `committed` is the part of `partial` that will not change any more. */
export interface PartialResult {
  readonly partial: string;
  readonly committed: string;
  /** The words of `partial` with their times so far. */
  readonly partial_result: readonly WordResult[];
}
