// What scores words in dictation: a language model, and beside it what users add.

/** A step: what a word brings, and the state behind it. Overwritten by the next. */
export interface ScoredWord {
  /** Natural logarithm. */
  score: number;
  state: number;
}

export interface WordScorer {
  /** States are whole numbers that a double holds exactly. */
  readonly start: number;
  /** The state in the middle of an utterance, with no word known before. */
  readonly middle: number;
  /** The word of the tree behind a state. */
  step(state: number, word: number, into: ScoredWord): void;
  /** What it scores that the utterance ends in a state. */
  end(state: number): number;
  /** The most that a word may be expected to bring, whatever was before it. */
  ahead(word: number): number;
}
