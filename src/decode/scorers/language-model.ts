// N-gram language models with back-off (Katz 1987), read from ARPA text.

import { FoldvoxError, shortened, shown } from "../../errors.ts";
import { checkOptions, type OptionTypes } from "../../options.ts";
import type { ScoredStep, Scorer } from "./scorer.ts";

/** An n-gram language model and how much it counts. */
export interface LanguageModelSource {
  /** The text of an ARPA file. */
  readonly arpa: string;
  /** Power to which its probabilities are raised (alpha of Hannun et al.). Default 0.5. */
  readonly weight?: number;
  /** Natural logarithm that every word brings, against the model's liking for few words (beta). Default 1. */
  readonly wordBonus?: number;
}

const TYPES: OptionTypes<LanguageModelSource> = { arpa: "any", weight: "any", wordBonus: "any" };

interface Gram {
  /** Base-10 logarithms, as in the file. */
  readonly probability: number;
  readonly backoff: number;
}

/** Base-10 logarithm for a word that the model does not know, where it has no <unk>. */
const UNKNOWN = -7;
/** The longest n-grams: every word said looks at all shorter ones too. */
const MOST_ORDER = 20;
/** So many n-grams take some gigabytes; a Map holds not many more. */
const MOST_GRAMS = 10_000_000;
/** No logarithm in a file is larger than this, up or down; tools write -99 for what never occurs. */
const LARGEST = 1000;
const UNKNOWN_WORD = "<unk>";
const START = "<s>";
const END = "</s>";

const bad = (line: number, problem: string) =>
  new FoldvoxError(
    "bad-argument",
    `The language model is wrong: line ${line + 1} ${problem}. Give the text of an ARPA file.`,
  );

/** Reads ARPA text: the n-grams by their words joined with spaces, and the largest n. Errors: bad-argument. */
function parseArpa(text: string): { grams: Map<string, Gram>; order: number } {
  const grams = new Map<string, Gram>();
  const announced = new Map<number, number>();
  let order = 0;
  let n = 0;
  let ended = false;
  const lines = text.split(/\r?\n/);
  const begin = lines.findIndex((line) => line.trim() === "\\data\\");
  if (begin < 0) throw bad(0, "and all others are not \\data\\");
  for (let i = begin + 1; i < lines.length && !ended; i++) {
    const line = lines[i]!.trim();
    if (line === "") continue;
    const section = /^\\(\d+)-grams:$/.exec(line);
    const count = n === 0 ? /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(line) : null;
    if (count) announced.set(Number(count[1]), Number(count[2]));
    else if (section) {
      n = Number(section[1]);
      if (n > MOST_ORDER) throw bad(i, `begins n-grams of ${shortened(section[1]!)} words, more than ${MOST_ORDER}`);
    } else if (line === "\\end\\") ended = true;
    else if (n === 0) throw bad(i, `is ${shown(line)}, not a count of n-grams`);
    else {
      const [probability, ...rest] = line.split(/\s+/);
      const words = rest.slice(0, n).join(" ");
      const gram = { probability: Number(probability), backoff: Number(rest[n] ?? 0) };
      // Comparisons that NaN fails too.
      const sensible = gram.probability <= 0 && gram.probability >= -LARGEST && Math.abs(gram.backoff) <= LARGEST;
      if (rest.length < n || rest.length > n + 1 || !sensible) {
        throw bad(i, `is ${shown(line)}, not a ${n}-gram with the logarithm of its probability`);
      }
      grams.set(words, gram);
      if (grams.size > MOST_GRAMS) throw bad(i, `is one of more than ${MOST_GRAMS} n-grams`);
      announced.set(n, (announced.get(n) ?? 0) - 1);
      order = Math.max(order, n);
    }
  }
  if (!ended) throw bad(lines.length - 1, "is the last, and not \\end\\: the text is cut off");
  for (const [size, missing] of announced) {
    if (missing !== 0)
      throw bad(
        begin,
        `announces ${size}-grams, of which ${Math.abs(missing)} are ${missing > 0 ? "missing" : "too many"}`,
      );
  }
  if (order === 0) throw bad(begin, "announces no n-gram");
  return { grams, order };
}

function number(value: number, name: string): number {
  if (typeof value === "number" && Math.abs(value) <= 100) return value;
  throw new FoldvoxError("bad-argument", `languageModel.${name} is ${shown(value)}; give a number from -100 to 100.`);
}

/** The state is the words of the history, as many as matter. */
export class LanguageModel implements Scorer<readonly string[]> {
  readonly start: readonly string[];
  private readonly grams: Map<string, Gram>;
  private readonly order: number;
  private readonly weight: number;
  private readonly wordBonus: number;

  /** Errors: bad-argument, naming the line. */
  constructor(source: string | LanguageModelSource) {
    const given = typeof source === "string" ? { arpa: source } : source;
    checkOptions("languageModel", given, TYPES);
    const { arpa, weight = 0.5, wordBonus = 1 } = given;
    if (typeof arpa !== "string") {
      throw new FoldvoxError("bad-argument", `The language model is ${shown(arpa)}; give the text of an ARPA file.`);
    }
    this.weight = number(weight, "weight");
    this.wordBonus = number(wordBonus, "wordBonus");
    const { grams, order } = parseArpa(arpa);
    this.grams = grams;
    this.order = order;
    this.start = order > 1 && grams.has(START) ? [START] : [];
  }

  word(history: readonly string[], word: string): ScoredStep<readonly string[]> {
    const known = this.known(word);
    const score = this.weight * Math.LN10 * this.logProbability(history, known) + this.wordBonus;
    return { state: this.order > 1 ? [...history, known].slice(1 - this.order) : [], score };
  }

  /** Words are judged when they are complete. */
  beginning(): number {
    return 0;
  }

  end(history: readonly string[]): number {
    return this.grams.has(END) ? this.weight * Math.LN10 * this.logProbability(history, END) : 0;
  }

  /** The word as the model writes it. */
  private known(word: string): string {
    const forms = [word, word.toLowerCase(), word.toUpperCase()];
    return forms.find((form) => this.grams.has(form)) ?? UNKNOWN_WORD;
  }

  /** log10 P(word | history): of the longest n-gram that the model has, with the back-offs of the longer histories. */
  private logProbability(history: readonly string[], word: string): number {
    let backoff = 0;
    for (let from = Math.max(0, history.length - this.order + 1); from < history.length; from++) {
      const context = history.slice(from).join(" ");
      const gram = this.grams.get(`${context} ${word}`);
      if (gram) return backoff + gram.probability;
      backoff += this.grams.get(context)?.backoff ?? 0;
    }
    return backoff + (this.grams.get(word)?.probability ?? UNKNOWN);
  }
}
