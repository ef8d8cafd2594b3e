// What a recognizer tells, in Vosk's shapes. Times are seconds from the stream's start.

/** A word with its times, in seconds from the stream's start. */
export interface WordResult {
  readonly word: string;
  /**
   * When the word was spoken: where the model heard its tokens, less the delay with which the model was trained to tell them.
   * Never before 0 or the end of the word before, never after the end of the audio.
   */
  readonly start: number;
  readonly end: number;
  /** Confidence in 0 ... 1: mean probability of the word's tokens, by the sound alone. */
  readonly conf: number;
}

/** One of several readings of an utterance. */
export interface Alternative {
  readonly text: string;
  /** The probability in 0 ... 1 that the whole utterance is this and nothing else. */
  readonly confidence: number;
  readonly result: readonly WordResult[];
}

/** An utterance that will not change any more. */
export interface FinalResult {
  readonly text: string;
  readonly result: readonly WordResult[];
  /** The likeliest readings, best first, of which `text` is the first; where `alternatives` were asked for. */
  readonly alternatives?: readonly Alternative[];
}

/** An utterance that is going on; `committed` is the part of `partial` that will not change any more. */
export interface PartialResult {
  readonly partial: string;
  readonly committed: string;
  /** The words of `partial` with their times so far. */
  readonly partial_result: readonly WordResult[];
  /** The likeliest readings so far, as in a final result. */
  readonly alternatives?: readonly Alternative[];
}

/** Seconds in whole milliseconds: times are multiples of a token's length, which most floating-point products miss. */
export const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The result with no word beyond the end of the audio: the last token's time may reach past it by a part of itself. */
export function endingBy(final: FinalResult, seconds: number): FinalResult {
  const last = Math.floor(seconds * 1000) / 1000;
  const cut = (words: readonly WordResult[]) =>
    words.map((word) => ({ ...word, start: Math.min(word.start, last), end: Math.min(word.end, last) }));
  const alternatives = final.alternatives?.map((one) => ({ ...one, result: cut(one.result) }));
  return { ...final, result: cut(final.result), ...(alternatives ? { alternatives } : {}) };
}
