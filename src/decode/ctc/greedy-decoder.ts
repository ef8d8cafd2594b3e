// Greedy CTC decoding (Graves et al. 2006): the best token of every frame, repeats joined, blanks dropped.

import type { Decoder } from "../decoder.ts";
import { RowClock } from "../row-clock.ts";
import { isWordBreak } from "../text/path-words.ts";
import type { FinalResult, PartialResult } from "../text/results.ts";
import { chained, firstIn, textIn, type WordChain, wordsIn } from "../text/word-chain.ts";
import { type Emission, wordsOf } from "../text/words.ts";
import { type CtcOptions, emissionOf, type Run, spokenEnd } from "./run.ts";

/** A run of the same best token that may still go on. */
type OpenRun = { -readonly [Field in keyof Run]: Run[Field] };

export class CtcGreedyDecoder implements Decoder {
  private readonly options: CtcOptions;
  /** Words that stand, and the emissions behind them. */
  private settled: WordChain | null = null;
  private emissions: Emission[] = [];
  private run: OpenRun | null = null;
  /** Best token of the row before. An utterance cut within a run does not hand that token to the next one too. */
  private previous: number;
  private readonly clock: RowClock;
  /** The row behind the last emission, or the utterance's first. */
  private quietRow = 0;
  /** Where the last emission ended as it was spoken. */
  private spokenRow = 0;

  constructor(options: CtcOptions) {
    this.options = options;
    this.previous = options.blank;
    this.clock = new RowClock(options);
  }

  /** Takes rows of log-probabilities: logProbs[numRows][tokens]. */
  accept(logProbs: Float32Array, numRows: number): void {
    const width = this.options.tokens.length;
    for (let row = 0; row < numRows; row++) this.acceptRow(logProbs.subarray(row * width, (row + 1) * width));
  }

  /** Takes rows in which nothing was said, without looking at them. */
  skip(numRows: number): void {
    if (numRows === 0) return;
    this.closeRun();
    this.previous = this.options.blank;
    this.clock.advance(numRows);
  }

  /** Seconds since the last emission, or since the utterance began if there was none. */
  get trailingSilenceSeconds(): number {
    return this.clock.secondsSince(this.quietRow);
  }

  /** Seconds since the utterance began. */
  get utteranceSeconds(): number {
    return this.clock.utteranceSeconds;
  }

  /** Whether the utterance holds any token yet. */
  get hasEmissions(): boolean {
    return this.settled !== null || this.emissions.length > 0 || this.run !== null;
  }

  /** The utterance so far. A run that is going on shows in `partial`, but a piece or character may yet follow it. */
  partial(): PartialResult {
    this.settle();
    const { settled, emissions, run } = this;
    const open = run ? [...emissions, emissionOf(run, this.options, this.spokenRow)] : emissions;
    const words = chained(settled, wordsOf(open, this.options.tokenUnit));
    // The greedy path never changes what it has passed: what is settled stands, and all but the last word behind it.
    const standing = Math.max(settled?.count ?? 0, (words?.count ?? 0) - 1);
    return { partial: textIn(words), committed: textIn(firstIn(words, standing)), partial_result: wordsIn(words) };
  }

  /** Ends the utterance and starts the next, its times going on. Null if nothing was said. */
  finish(): FinalResult | null {
    this.closeRun();
    const words = chained(this.settled, wordsOf(this.emissions, this.options.tokenUnit));
    this.settled = null;
    this.emissions = [];
    this.clock.beginUtterance();
    this.quietRow = this.clock.utteranceRow;
    return words && { text: words.text, result: wordsIn(words) };
  }

  /** Back to the stream's start. */
  reset(): void {
    this.settled = null;
    this.emissions = [];
    this.run = null;
    this.previous = this.options.blank;
    this.clock.reset();
    this.quietRow = 0;
    this.spokenRow = 0;
  }

  private acceptRow(row: Float32Array): void {
    let best = 0;
    for (let token = 1; token < row.length; token++) if (row[token]! > row[best]!) best = token;
    if (best !== this.previous) {
      this.closeRun();
      if (best !== this.options.blank) this.run = { token: best, firstRow: this.clock.row, rows: 0, probability: 0 };
      this.previous = best;
    }
    if (best !== this.options.blank) this.quietRow = this.clock.row + 1;
    if (this.run) {
      this.run.rows++;
      this.run.probability += Math.min(1, Math.exp(row[best]!));
    }
    this.clock.advance(1);
  }

  /** Takes whole words out of the emissions: they are made once, however long the utterance. */
  private settle(): void {
    const { emissions } = this;
    const { tokenUnit } = this.options;
    let count = emissions.length;
    while (count > 0 && !isWordBreak(emissions[count - 1]!.token, emissions[count]?.token, tokenUnit)) count--;
    this.settled = chained(this.settled, wordsOf(emissions.splice(0, count), tokenUnit));
  }

  private closeRun(): void {
    if (!this.run) return;
    this.emissions.push(emissionOf(this.run, this.options, this.spokenRow));
    this.spokenRow = spokenEnd(this.run, this.options, this.spokenRow);
    this.run = null;
  }
}
