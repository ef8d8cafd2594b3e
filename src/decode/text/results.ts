// What a recognizer tells, in Vosk's shapes. Times are seconds from the stream's start.

/** A word with its times, in seconds from the stream's start. */
export interface WordResult {
  readonly word: string;
  /**
   * When the word was spoken: where the model heard its tokens, less the delay with which the model was trained to tell them. Where
   * tokens are words a stream also looks where the sound of each begins and ends (recognizer/word-times.ts). Never before 0 or the end of the word before, never after the end of the audio.
   */
  readonly start: number;
  readonly end: number;
  /** Confidence in 0 ... 1: mean probability of the word's tokens, by the sound alone. */
  readonly conf: number;
}

/** What an utterance means, where the grammar says so: by the names of its rules, and by its tags. */
export interface Understood {
  /** The name of the public rule, or what a tag says in its place. */
  readonly intent?: string;
  /** What was said where, by the names of the other rules and of tags. */
  readonly slots?: Readonly<Record<string, string>>;
}

/** One of several readings of an utterance. */
export interface Alternative extends Understood {
  readonly text: string;
  /** The probability in 0 ... 1 that the whole utterance is this and nothing else. */
  readonly confidence: number;
  readonly result: readonly WordResult[];
}

/** An utterance that will not change any more. */
export interface FinalResult extends Understood {
  readonly text: string;
  /** The probability in 0 ... 1 that this was said. Of a grammar over phonemes. */
  readonly confidence?: number;
  readonly result: readonly WordResult[];
  /** The likeliest readings, best first, of which `text` is the first; where `alternatives` were asked for. */
  readonly alternatives?: readonly Alternative[];
}

/** An utterance that is going on; `committed` is the part of `partial` that will not change any more. */
export interface PartialResult extends Understood {
  readonly partial: string;
  readonly committed: string;
  /** The words of `partial` with their times so far. */
  readonly partial_result: readonly WordResult[];
  /** The probability in 0 ... 1 that this has been said so far. Of a grammar over phonemes. */
  readonly confidence?: number;
  /** The likeliest readings so far, as in a final result. */
  readonly alternatives?: readonly Alternative[];
}

/** Seconds in whole milliseconds: times are multiples of a token's length, which most floating-point products miss. */
export const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** A keyword that has been caught. */
export interface KeywordResult {
  /** The phrase, as it was given. */
  readonly keyword: string;
  /** Seconds from the stream's start. */
  readonly start: number;
  readonly end: number;
  /** The probability in 0 ... 1 that it was said. */
  readonly confidence: number;
}

/** The result with no word beyond the end of the audio: the last token's time may reach past it by a part of itself. */
export function endingBy(final: FinalResult, seconds: number): FinalResult {
  const last = Math.floor(seconds * 1000) / 1000;
  const cut = (words: readonly WordResult[]) =>
    words.map((word) => ({ ...word, start: Math.min(word.start, last), end: Math.min(word.end, last) }));
  const alternatives = final.alternatives?.map((one) => ({ ...one, result: cut(one.result) }));
  return { ...final, result: cut(final.result), ...(alternatives ? { alternatives } : {}) };
}
