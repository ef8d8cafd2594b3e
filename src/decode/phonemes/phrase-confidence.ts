// How sure it is that an utterance has been heard rightly: a logistic regression over what the search knows of it.

/** What the search knows of an utterance. Nats are counted against hearing phonemes freely. */
export interface Evidence {
  /** Phonemes of its words. */
  readonly phonemes: number;
  /** How far the words are behind the free phonemes, in nats. */
  readonly behind: number;
  /** What phonemes before and after the phrase cost, in nats. */
  readonly background: number;
  /** How far the next hypothesis of other words is behind this one, in nats. */
  readonly margin: number;
}

/** A next hypothesis further behind is none. */
export const MOST_MARGIN = 8;

/**
 * What the regression looks at: a constant, nats behind by phoneme, logarithm of the number of phonemes, nats of background by
 * phoneme, and nats of margin.
 */
export function figures({ phonemes, behind, background, margin }: Evidence): readonly number[] {
  const count = Math.max(1, phonemes);
  return [1, behind / count, Math.log(count), background / count, Math.min(MOST_MARGIN, margin)];
}

/** The probability in 0 ... 1 that the utterance is this one. `weights`: one for each of the figures. */
export function confidenceOf(evidence: Evidence, weights: readonly number[]): number {
  return logistic(sumOf(evidence, weights));
}

/** For words: a constant, nats behind by phoneme, and the utterance's own sum. Fitted as the others were. */
const WORD_WEIGHTS = [5.1, -0.6, 0.7] as const;

/** The probability that a word of the utterance is right, which is `behind` nats behind by phoneme. */
export function wordConfidence(behind: number, utterance: Evidence, weights: readonly number[]): number {
  const [constant, ofWord, ofUtterance] = WORD_WEIGHTS;
  return logistic(constant + ofWord * behind + ofUtterance * sumOf(utterance, weights));
}

const sumOf = (evidence: Evidence, weights: readonly number[]) =>
  figures(evidence).reduce((total, figure, i) => total + figure * weights[i]!, 0);

const logistic = (sum: number) => 1 / (1 + Math.exp(-sum));
