// ARPA text, line by line, as numbers: words, and n-grams of up to three words. Longer n-grams are passed over: what is left is
// a model by itself.

import { FoldvoxError, shown } from "../errors.ts";
import { MOST_WORDS } from "./ngram-file.ts";

/** N-grams of one length, in the order of the file. Logarithms are natural. */
export interface Grams {
  /** Numbers of the words, as many a gram as it has. */
  readonly words: Uint32Array;
  readonly probability: Float32Array;
  readonly backoff: Float32Array;
}

/** What a file holds. Numbers of words are places in `words`. */
export interface ArpaContent {
  readonly words: readonly string[];
  /** By number of words less one; three entries, the last ones empty where the file has none. */
  readonly grams: readonly Grams[];
  /** The longest n-grams that were passed over; 0 if none was. */
  readonly skippedOrder: number;
}

/** No logarithm in a file is larger than this, up or down; tools write -99 for what never occurs. */
const LARGEST = 1000;
/** N-grams of a length: more cannot be pointed at. */
const MOST_GRAMS = 2 ** 24 - 1;
const ORDERS = 3;

export class ArpaReader {
  private readonly words: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly announced: number[] = [];
  private readonly grams: Grams[] = [];
  private readonly counts: number[] = [];
  private line = 0;
  /** -1 before \data\, 0 among the counts, then the order of the section; Infinity behind \end\. */
  private section = -1;

  /** Takes the next line, without its line feed. Errors: bad-argument, naming the line. */
  push(text: string): void {
    this.line++;
    const line = text.trim();
    if (line === "" || this.section === Number.POSITIVE_INFINITY) return;
    if (line.charCodeAt(0) === BACKSLASH) this.mark(line);
    else if (this.section === 0) this.count(line);
    else if (this.section > 0) this.gram(line);
  }

  /** Errors: bad-argument if the text is not complete. */
  finish(): ArpaContent {
    if (this.section === -1) throw this.wrong("and all before it are not \\data\\");
    if (this.section !== Number.POSITIVE_INFINITY)
      throw this.wrong("is the last, and not \\end\\: the text is cut off");
    this.announced.forEach((announced, order) => {
      const found = this.counts[order] ?? 0;
      if (found !== announced)
        throw this.wrong(`ends a text that announces ${announced} ${order}-grams and holds ${found}`);
    });
    if (this.words.length === 0) throw this.wrong("ends a text without a word");
    const none = { words: new Uint32Array(0), probability: new Float32Array(0), backoff: new Float32Array(0) };
    return {
      words: this.words,
      grams: Array.from({ length: ORDERS }, (_, i) => this.grams[i] ?? none),
      skippedOrder: Math.max(0, this.announced.length - 1) > ORDERS ? this.announced.length - 1 : 0,
    };
  }

  private mark(line: string): void {
    const order = /^\\(\d+)-grams:$/.exec(line)?.[1];
    if (line === "\\data\\") this.section = 0;
    else if (line === "\\end\\" && this.section > 0) this.section = Number.POSITIVE_INFINITY;
    else if (order !== undefined && this.section >= 0) this.begin(Number(order));
    else if (this.section > 0) this.gram(line);
  }

  private count(line: string): void {
    const [, order, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(line) ?? [];
    if (order === undefined) throw this.wrong(`is ${shown(line)}, not a count of n-grams`);
    const most = Number(order) === 1 ? MOST_WORDS - ORDERS : MOST_GRAMS;
    if (Number(order) < 1 || Number(order) > 16) throw this.wrong(`announces n-grams of ${order} words`);
    if (Number(order) <= ORDERS && Number(count) > most) {
      throw this.wrong(`announces ${count} ${order}-grams; at most ${most} can be held. Prune the model`);
    }
    this.announced[Number(order)] = Number(count);
  }

  private begin(order: number): void {
    if (order !== this.section + 1 || this.announced[order] === undefined) {
      throw this.wrong(`begins the ${order}-grams, which are not announced or not in turn`);
    }
    this.section = order;
    if (order > ORDERS) return;
    const count = this.announced[order]!;
    this.grams.push({
      words: new Uint32Array(count * order),
      probability: new Float32Array(count),
      backoff: new Float32Array(count),
    });
  }

  private gram(line: string): void {
    const order = this.section;
    const at = this.counts[order] ?? 0;
    this.counts[order] = at + 1;
    if (at >= this.announced[order]!) throw this.wrong(`is one more ${order}-gram than the text announces`);
    if (order > ORDERS) return;
    const fields = line.split(SPACES);
    const probability = Number(fields[0]);
    const backoff = fields.length > order + 1 ? Number(fields[order + 1]) : 0;
    // Comparisons that NaN fails too.
    const sensible = probability <= 0 && probability >= -LARGEST && Math.abs(backoff) <= LARGEST;
    if (fields.length < order + 1 || fields.length > order + 2 || !sensible) {
      throw this.wrong(`is ${shown(line)}, not a ${order}-gram with the logarithm of its probability`);
    }
    const grams = this.grams[order - 1]!;
    grams.probability[at] = probability * Math.LN10;
    grams.backoff[at] = backoff * Math.LN10;
    if (order === 1) {
      const word = fields[1]!;
      if (this.numbers.has(word)) throw this.wrong(`tells of ${shown(word)} for the second time`);
      this.numbers.set(word, at);
      this.words.push(word);
    }
    for (let i = 0; i < order; i++) {
      const number = this.numbers.get(fields[1 + i]!);
      if (number === undefined) throw this.wrong(`holds ${shown(fields[1 + i])}, which is not among the 1-grams`);
      grams.words[at * order + i] = number;
    }
  }

  private wrong(problem: string): FoldvoxError {
    return new FoldvoxError(
      "bad-argument",
      `The language model is wrong: line ${this.line} ${problem}. Give the text of an ARPA file.`,
    );
  }
}

const BACKSLASH = 92;
const SPACES = /[ \t]+/;
