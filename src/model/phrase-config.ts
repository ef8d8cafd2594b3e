// How phrases are heard in a model's phonemes: numbers that the model file brings, found by measurement.

/** Those left out are as foldvox has them (src/decode/phonemes/calibration.ts). */
export interface PhraseConfig {
  /** Nats taken from the blank's log-probability, which training makes too sure of itself. */
  readonly blankPenalty?: number;
  /** Nats that a phoneme is behind the row's best at most. */
  readonly floor?: number;
  /** Nats that a phoneme before or after a phrase costs. */
  readonly backgroundPenalty?: number;
  /** Rows by which phonemes come out after they begin, and after they end; may be negative. */
  readonly startDelay?: number;
  readonly endDelay?: number;
  /** Coefficients of the confidence of phrases, and of keywords: nine each; older files have seven. */
  readonly confidence?: readonly number[];
  readonly keywordConfidence?: readonly number[];
}

const NUMBERS = ["blankPenalty", "floor", "backgroundPenalty", "startDelay", "endDelay"];
const COEFFICIENTS = ["confidence", "keywordConfidence"];
const FEWEST = 7;
const MOST = 9;

const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);

/** Reads the object of a configuration; `wrong` makes the error of a problem. */
export function readPhraseConfig(value: unknown, wrong: (problem: string) => Error): PhraseConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong("is not an object");
  const fields = value as Record<string, unknown>;
  const phrases: Record<string, unknown> = {};
  for (const name of [...NUMBERS, ...COEFFICIENTS]) {
    const field = fields[name];
    if (field === undefined) continue;
    const fits = NUMBERS.includes(name)
      ? isNumber(field)
      : Array.isArray(field) && field.length >= FEWEST && field.length <= MOST && field.every(isNumber);
    if (!fits)
      throw wrong(`has a field ${name} that is ${NUMBERS.includes(name) ? "no number" : "not seven to nine numbers"}`);
    phrases[name] = field;
  }
  return phrases as PhraseConfig;
}
