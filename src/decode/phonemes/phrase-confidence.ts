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
  /** How far hearing nothing in the words' rows is behind the free phonemes, in nats. */
  readonly silence: number;
  /** How unsure the model was of what it heard in these rows, in nats. */
  readonly doubt: number;
  /** How long the words took together, without what lies between them. */
  readonly seconds: number;
  /** How far the word that is furthest behind is so, in nats by phoneme. */
  readonly worst: number;
}

/** A next hypothesis further behind is none; and no phoneme says more than so much, for or against. */
export const MOST_MARGIN = 8;
const MOST_NATS = 8;
/** Seconds that a phoneme takes in the mean, at least and at most: those are spoken by nobody. */
const USUAL_PHONEME = 0.08;
const SHORTEST_PHONEME = 0.01;
const LONGEST_PHONEME = 0.5;

/** What the regression looks at, and so the number of its coefficients. */
export const FIGURES = 9;

/**
 * A constant, nats behind by phoneme, logarithm of the number of phonemes, nats of background by phoneme, nats of margin, and
 * by phoneme nats of silence and of doubt: these two tell evidence that is weak, in which anything is as likely. Then how slowly it
 * was spoken, as a logarithm: words that were not said are pressed into the time of others. Last, the worst word's nats by phoneme:
 * of two words one may be right and the other not.
 */
export function figures(evidence: Evidence): readonly number[] {
  const { phonemes, behind, background, margin, silence, doubt, seconds, worst } = evidence;
  const count = Math.max(1, phonemes);
  const pace = Math.min(LONGEST_PHONEME, Math.max(SHORTEST_PHONEME, seconds / count));
  const byPhoneme = (nats: number) => Math.min(MOST_NATS, nats / count);
  return [
    1,
    behind / count,
    Math.log(count),
    background / count,
    Math.min(MOST_MARGIN, margin),
    byPhoneme(Math.max(0, silence - behind)),
    byPhoneme(doubt),
    Math.log(pace / USUAL_PHONEME),
    Math.min(MOST_NATS, worst),
  ];
}

/** The probability in 0 ... 1 that the utterance is this one. `weights`: for each of the figures; older models have fewer. */
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
  figures(evidence).reduce((total, figure, i) => total + figure * (weights[i] ?? 0), 0);

const logistic = (sum: number) => 1 / (1 + Math.exp(-sum));
