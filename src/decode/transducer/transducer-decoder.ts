// A transducer's search as a stream sees it: utterances, words with times, readings.

import { exponential } from "../../exponential.ts";
import type { Decoder } from "../decoder.ts";
import { RowClock, type RowTimes } from "../row-clock.ts";
import { isWordBreak, PathWords } from "../text/path-words.ts";
import type { Reading } from "../text/reading.ts";
import { type Alternative, type FinalResult, type PartialResult, toMilliseconds } from "../text/results.ts";
import { textIn, type WordChain, wordsIn } from "../text/word-chain.ts";
import { type Emission, type TokenUnit, wordsOf } from "../text/words.ts";
import { common, type Emitted, type Hypothesis, pathOf, type TransducerSearch } from "./search.ts";

export interface TransducerOptions extends RowTimes {
  readonly tokens: readonly string[];
  readonly tokenUnit: TokenUnit;
  /** Indices of tokens that a text leaves out. */
  readonly silentTokens: readonly number[];
  /** Rows by which the model was trained to tell a word after it was spoken. */
  readonly delay: number;
  /** Readings to tell with each result; 1 tells none beside the text. */
  readonly alternatives: number;
}

/** At the end of an utterance in which nothing was said, a word may just be beginning in another hypothesis. */
const BEGINNING_SECONDS = 1;

export class TransducerDecoder implements Decoder {
  private readonly options: TransducerOptions;
  private readonly search: TransducerSearch;
  private readonly silent: ReadonlySet<number>;
  private readonly clock: RowClock;
  private readonly words: PathWords<Emitted>;

  constructor(options: TransducerOptions, search: TransducerSearch) {
    this.options = options;
    this.search = search;
    this.silent = new Set(options.silentTokens);
    this.clock = new RowClock(options);
    this.words = new PathWords({
      // Others may come out in the last one's row, and divide the row's time.
      isBreak: ({ token, row }, next) =>
        next !== undefined &&
        this.spokenRow(row) < this.spokenRow(next.row) &&
        isWordBreak(options.tokens[token]!, options.tokens[next.token], options.tokenUnit),
      words: (path) => ({ words: wordsOf(this.emissions(path), options.tokenUnit), row: 0 }),
    });
  }

  /** Takes the rows that stand in the engine's output window: the search has them joined there. */
  accept(_output: Float32Array, numRows: number): void {
    for (let row = 0; row < numRows; row++) {
      this.search.step(row, this.clock.row);
      this.clock.advance(1);
    }
  }

  /** Takes rows in which nothing was said: certain blanks, which change no hypothesis. */
  skip(numRows: number): void {
    this.clock.advance(numRows);
  }

  /** Seconds since the best hypothesis' last token, or since the utterance began if it has none. */
  get trailingSilenceSeconds(): number {
    const { last } = this.best;
    return this.clock.secondsSince(last ? last.row + 1 : this.clock.utteranceRow);
  }

  /** Seconds since the utterance began. */
  get utteranceSeconds(): number {
    return this.clock.utteranceSeconds;
  }

  /** Whether the best hypothesis holds any token. */
  get hasEmissions(): boolean {
    return this.best.count > 0;
  }

  /** The best hypothesis so far. What all hypotheses share stands, unless its last word may still grow. */
  partial(): PartialResult {
    const words = this.wordsOf(this.best);
    const shared = this.wordsOf(common(this.search.hypotheses));
    const settled = this.options.tokenUnit === "word" ? shared : (shared?.before ?? null);
    return {
      partial: textIn(words),
      committed: textIn(settled),
      partial_result: wordsIn(words),
      ...this.alternatives(),
    };
  }

  /** Ends the utterance and starts the next, its times going on. Null if nothing was said. */
  finish(): FinalResult | null {
    const words = this.wordsOf(this.best);
    const final = { text: textIn(words), result: wordsIn(words), ...this.alternatives() };
    this.words.restart(0);
    if (this.hasEmissions) this.search.restart();
    else this.search.forgetBefore(this.clock.row - BEGINNING_SECONDS / this.options.tokenSeconds);
    this.clock.beginUtterance();
    return words && final;
  }

  reset(): void {
    this.words.restart(0);
    this.search.restart();
    this.clock.reset();
  }

  /** The utterance's hypotheses, best first. */
  readings(): Reading[] {
    return this.search.hypotheses.map((hypothesis) => this.reading(hypothesis));
  }

  private get best(): Hypothesis {
    return this.search.hypotheses[0]!;
  }

  private reading(hypothesis: Hypothesis): Reading {
    const path = pathOf(hypothesis);
    const words = this.wordsOf(hypothesis);
    const tokens = this.timed(path).map(({ token, logProb, start, end }) => {
      return { token: this.options.tokens[token]!, index: token, start, end, logProb };
    });
    return { text: textIn(words), score: hypothesis.score, result: wordsIn(words), tokens };
  }

  private alternatives(): { alternatives?: Alternative[] } {
    const { alternatives } = this.options;
    if (alternatives === 1) return {};
    return {
      alternatives: this.search.hypotheses.slice(0, alternatives).map((hypothesis) => {
        const words = this.wordsOf(hypothesis);
        return { text: textIn(words), confidence: Math.min(1, exponential(hypothesis.score)), result: wordsIn(words) };
      }),
    };
  }

  private wordsOf({ last, count }: Pick<Hypothesis, "last" | "count">): WordChain | null {
    return this.words.of(last, count);
  }

  /** What of a path is text. */
  private emissions(path: readonly Emitted[]): Emission[] {
    return this.timed(path)
      .filter(({ token }) => !this.silent.has(token))
      .map(({ token, logProb, start, end }) => {
        return { token: this.options.tokens[token]!, start, end, confidence: Math.min(1, exponential(logProb)) };
      });
  }

  /** A token comes out in an instant: those of one row divide the row's time among them. */
  private timed(path: readonly Emitted[]): (Emitted & { start: number; end: number })[] {
    const { tokenSeconds } = this.options;
    const rowOf = (emitted: Emitted | undefined) => (emitted ? this.spokenRow(emitted.row) : -1);
    let first = 0;
    let end = 0;
    return path.map((emitted, i) => {
      const row = rowOf(emitted);
      if (i === end) {
        first = i;
        while (rowOf(path[end]) === row) end++;
      }
      const share = (place: number) => (row + (place - first) / (end - first)) * tokenSeconds;
      return { ...emitted, start: toMilliseconds(share(i)), end: toMilliseconds(share(i + 1)) };
    });
  }

  private spokenRow(row: number): number {
    return Math.max(0, row - this.options.delay);
  }
}
