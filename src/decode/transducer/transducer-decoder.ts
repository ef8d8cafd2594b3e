// A transducer's search as a stream sees it: utterances, words with times, readings.

import { exponential } from "../../exponential.ts";
import type { Decoder } from "../decoder.ts";
import { RowClock, type RowTimes } from "../row-clock.ts";
import type { Reading } from "../text/reading.ts";
import { type Alternative, type FinalResult, type PartialResult, toMilliseconds, type WordResult } from "../text/results.ts";
import { isWordBreak, SettledWords } from "../text/settled-words.ts";
import { type Emission, type TokenUnit, textOf, wordsOf } from "../text/words.ts";
import { type Emitted, type Hypothesis, pathBehind, pathOf, settledEnd, type TransducerSearch } from "./search.ts";

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

/** How many tokens all the hypotheses begin with in common. */
function commonLength(paths: readonly (readonly Emitted[])[]): number {
  const [first, ...others] = paths;
  let length = first!.length;
  for (const path of others) {
    let same = 0;
    while (same < length && same < path.length && path[same]!.token === first![same]!.token) same++;
    length = same;
  }
  return length;
}

/** At the end of an utterance in which nothing was said, a word may just be beginning in another hypothesis. */
const BEGINNING_SECONDS = 1;

export class TransducerDecoder implements Decoder {
  private readonly options: TransducerOptions;
  private readonly search: TransducerSearch;
  private readonly silent: ReadonlySet<number>;
  private readonly clock: RowClock;
  /** Words that all hypotheses share, and the last of the tokens that they were made of. */
  private readonly settled = new SettledWords();
  private settledEnd: Emitted | null = null;

  constructor(options: TransducerOptions, search: TransducerSearch) {
    this.options = options;
    this.search = search;
    this.silent = new Set(options.silentTokens);
    this.clock = new RowClock(options);
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
    const paths = this.unsettledPaths();
    const { settled } = this;
    const words = this.words(paths[0]!);
    const shared = this.words(paths[0]!.slice(0, commonLength(paths)));
    return {
      partial: settled.textWith(words),
      committed: settled.textWith(this.options.tokenUnit === "word" ? shared : shared.slice(0, -1)),
      partial_result: settled.with(words),
      ...this.alternatives((place) => {
        const later = this.words(paths[place]!);
        return { text: settled.textWith(later), result: settled.with(later) };
      }),
    };
  }

  /** Ends the utterance and starts the next, its times going on. Null if nothing was said. */
  finish(): FinalResult | null {
    const result = this.words(pathOf(this.best));
    const alternatives = this.alternatives((place) => this.reading(this.search.hypotheses[place]!));
    const final = { text: textOf(result), result, ...alternatives };
    this.unsettle();
    if (this.hasEmissions) this.search.restart();
    else this.search.forgetBefore(this.clock.row - BEGINNING_SECONDS / this.options.tokenSeconds);
    this.clock.beginUtterance();
    return result.length === 0 ? null : final;
  }

  reset(): void {
    this.unsettle();
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
    const result = this.words(path);
    const tokens = this.timed(path).map(({ token, logProb, start, end }) => {
      return { token: this.options.tokens[token]!, index: token, start, end, logProb };
    });
    return { text: textOf(result), score: hypothesis.score, result, tokens };
  }

  /** `read` is told a hypothesis's place. */
  private alternatives(read: (place: number) => Pick<Alternative, "text" | "result">): {
    alternatives?: Alternative[];
  } {
    const { alternatives } = this.options;
    if (alternatives === 1) return {};
    return {
      alternatives: this.search.hypotheses.slice(0, alternatives).map(({ score }, place) => {
        const { text, result } = read(place);
        return { text, confidence: Math.min(1, exponential(score)), result };
      }),
    };
  }

  /** The hypotheses' tokens behind the settled ones, after settling what they share. */
  private unsettledPaths(): Emitted[][] {
    const end = settledEnd(this.search.hypotheses);
    const settling = pathBehind(end, this.settledEnd);
    // A search may find its way to other words even there.
    if (!settling) this.unsettle();
    this.settle(settling ?? pathBehind(end, null)!);
    return this.search.hypotheses.map(({ last }) => pathBehind(last, this.settledEnd)!);
  }

  /** Makes words of tokens that all hypotheses share, but for those of the last row: others may come out there. */
  private settle(path: readonly Emitted[]): void {
    const { tokens, tokenUnit } = this.options;
    let count = path.length - 1;
    const isBreak = () => isWordBreak(tokens[path[count - 1]!.token]!, tokens[path[count]!.token], tokenUnit);
    while (count > 0 && !(isBreak() && this.rowOf(path[count - 1]) < this.rowOf(path[count]))) count--;
    if (count <= 0) return;
    this.settled.add(this.words(path.slice(0, count)));
    this.settledEnd = path[count - 1]!;
  }

  private unsettle(): void {
    this.settled.clear();
    this.settledEnd = null;
  }

  private words(path: readonly Emitted[]): WordResult[] {
    return wordsOf(this.emissions(path), this.options.tokenUnit);
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
    let first = 0;
    let end = 0;
    return path.map((emitted, i) => {
      const row = this.rowOf(emitted);
      if (i === end) {
        first = i;
        while (this.rowOf(path[end]) === row) end++;
      }
      const share = (place: number) => (row + (place - first) / (end - first)) * tokenSeconds;
      return { ...emitted, start: toMilliseconds(share(i)), end: toMilliseconds(share(i + 1)) };
    });
  }

  /** Row in which a token was spoken; -1 of none. */
  private rowOf(emitted: Emitted | undefined): number {
    return emitted ? Math.max(0, emitted.row - this.options.delay) : -1;
  }
}
