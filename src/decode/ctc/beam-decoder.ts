// CTC prefix beam search (Hannun et al., arXiv 1408.2873, algorithm 1): the likeliest token sequences, each with the
// probability of all paths that spell it, and with what scorers make of its words.
//
// Probabilities are kept plain, not as logarithms, and scaled by powers of two, so that the search needs no more than sums,
// products and `exponential`: which hypothesis wins is the same on every JavaScript engine.

import { exponential, powerOfTwo } from "../../exponential.ts";
import type { Decoder } from "../decoder.ts";
import { RowClock } from "../row-clock.ts";
import type { Grammar } from "../scorers/grammar.ts";
import type { AnyScorer } from "../scorers/scorer.ts";
import { isWordBreak, PathWords } from "../text/path-words.ts";
import type { Alternative, FinalResult, PartialResult } from "../text/results.ts";
import type { Spelling } from "../text/spelling.ts";
import { firstIn, textIn, type WordChain, wordsIn } from "../text/word-chain.ts";
import { wordsOf } from "../text/words.ts";
import { commonPrefix, Prefix, type RunLink } from "./prefix.ts";
import { type CtcOptions, emissionOf, type Run, spokenEnd } from "./run.ts";

export interface BeamOptions {
  /** Prefixes kept from row to row. */
  readonly beam: number;
  /** Readings to tell with each result; 1 tells none beside the text. */
  readonly alternatives: number;
  readonly spelling: Spelling;
  /** All scorers, the grammar among them. */
  readonly scorer: AnyScorer;
  readonly grammar: Grammar | null;
}

/** A token less probable than this in a row begins nothing there: what it could still win is lost in rounding. */
const TOKEN_FLOOR = 1e-7;
/** Masses are scaled up when the largest falls below this power of two. */
const SMALLEST = -200;

/** A prefix as a reading of the utterance. `score` may be that of an utterance going on or of one that ends here. */
interface Hypothesis {
  readonly prefix: Prefix;
  readonly score: number;
}

export class CtcBeamDecoder implements Decoder {
  private readonly options: CtcOptions;
  private readonly search: BeamOptions;
  private readonly probabilities: Float64Array;
  /** Best first; never empty. */
  private prefixes: Prefix[];
  /** All masses are to be multiplied by 2^exponent. */
  private exponent = 0;
  private readonly clock: RowClock;
  private readonly words: PathWords<RunLink>;
  /** Where the last word before this utterance ended. */
  private spokenRow = 0;

  constructor(options: CtcOptions, search: BeamOptions) {
    this.options = options;
    this.search = search;
    this.probabilities = new Float64Array(options.tokens.length);
    this.clock = new RowClock(options);
    this.words = new PathWords({
      isBreak: ({ token }, next) =>
        isWordBreak(options.tokens[token]!, next && options.tokens[next.token], options.tokenUnit),
      words: (runs, row) => this.spoken(runs, row),
    });
    this.prefixes = [Prefix.root(search.scorer, this.clock.row, null)];
  }

  /** Takes rows of log-probabilities: logProbs[numRows][tokens]. */
  accept(logProbs: Float32Array, numRows: number): void {
    const width = this.options.tokens.length;
    for (let row = 0; row < numRows; row++) {
      for (let token = 0; token < width; token++) {
        this.probabilities[token] = exponential(logProbs[row * width + token]!);
      }
      this.acceptRow();
    }
  }

  /** Takes rows in which nothing was said, without looking at them. */
  skip(numRows: number): void {
    if (numRows === 0) return;
    // What follows the first certain blank changes nothing any more.
    this.probabilities.fill(0);
    this.probabilities[this.options.blank] = 1;
    this.acceptRow();
    this.clock.advance(numRows - 1);
  }

  /** Seconds since the best hypothesis' last emission, or since the utterance began if it has none. */
  get trailingSilenceSeconds(): number {
    return this.clock.secondsSince(this.best.lastRow() ?? this.clock.utteranceRow);
  }

  /** Seconds since the utterance began. */
  get utteranceSeconds(): number {
    return this.clock.utteranceSeconds;
  }

  /** Whether the best hypothesis holds any token yet. */
  get hasEmissions(): boolean {
    return this.best.depth > 0;
  }

  get isIncomplete(): boolean {
    return this.best.finalScore(this.search.scorer) === Number.NEGATIVE_INFINITY;
  }

  /** The likeliest reading so far. Committed is what all hypotheses that are left begin with. */
  partial(): PartialResult {
    const words = this.wordsOf(this.best);
    const partial = {
      partial: textIn(words),
      committed: textIn(this.settled(this.wordsOf(this.best, commonPrefix(this.prefixes).depth))),
      partial_result: wordsIn(words),
    };
    return this.search.alternatives > 1
      ? { ...partial, alternatives: this.readings(this.going(), (all) => all) }
      : partial;
  }

  /** Ends the utterance and starts the next, its times going on. Null if nothing was said. */
  finish(): FinalResult | null {
    const { scorer, alternatives } = this.search;
    const complete = this.prefixes
      .map((prefix) => ({ prefix, score: prefix.finalScore(scorer) }))
      .filter(({ score }) => score > Number.NEGATIVE_INFINITY);
    // Where the utterance stops within the grammar's phrases, what it had completed stands.
    const readings = this.readings(complete.length > 0 ? complete : this.going(), (words) => this.allowed(words));
    const { text, result } = readings[0]!;
    const last = this.best;
    this.spokenRow = this.spoken(last.runs(), this.spokenRow).row;
    this.begin(last);
    if (text === "") return null;
    return alternatives > 1 ? { text, result, alternatives: readings } : { text, result };
  }

  /** Back to the stream's start. */
  reset(): void {
    this.clock.reset();
    this.spokenRow = 0;
    this.begin(null);
  }

  private get best(): Prefix {
    return this.prefixes[0]!;
  }

  private begin(before: Prefix | null): void {
    this.clock.beginUtterance();
    this.exponent = 0;
    this.words.restart(this.spokenRow);
    this.prefixes = [Prefix.root(this.search.scorer, this.clock.row, before)];
  }

  /** One row of the search, of `probabilities`. */
  private acceptRow(): void {
    const { probabilities: p, prefixes: before } = this;
    const { blank } = this.options;
    const { spelling, scorer } = this.search;
    // A row that is no distribution, as NaN, says nothing; and a row after which nothing could go on, no more than that.
    if (!(p[blank]! > TOKEN_FLOOR)) p[blank] = TOKEN_FLOOR;
    const touched = new Set(before);
    for (const prefix of before) {
      prefix.stay(p[blank]!);
      if (prefix.token >= 0) prefix.repeat(p[prefix.token]!);
      for (let token = 0; token < p.length; token++) {
        if (token === blank || !(p[token]! > TOKEN_FLOOR)) continue;
        const child = prefix.child(token, spelling, scorer);
        if (!child) continue;
        prefix.extend(child, p[token]!, this.clock.row);
        touched.add(child);
      }
    }
    this.clock.advance(1);
    const kept = new Set(this.select(touched));
    for (const prefix of touched) if (!kept.has(prefix)) prefix.drop((other) => kept.has(other));
    this.prefixes = [...kept];
    const scale = powerOfTwoUp(Math.max(...this.prefixes.map(({ next }) => next.total)));
    const pathScale = powerOfTwoUp(Math.max(...this.prefixes.map(({ next }) => next.path.probability)));
    for (const prefix of this.prefixes) prefix.advance(powerOfTwo(scale), powerOfTwo(pathScale));
    this.exponent -= scale;
  }

  /** The best of the candidates, by the rows with the next one. */
  private select(candidates: ReadonlySet<Prefix>): Prefix[] {
    const reference = this.best.score;
    const ranked = Array.from(candidates, (prefix) => ({
      prefix,
      value: prefix.next.total * exponential(prefix.score - reference),
    })).filter(({ value }) => value > 0);
    // Equals keep the order in which they came up: sort() is stable.
    ranked.sort((a, b) => b.value - a.value);
    return ranked.slice(0, this.search.beam).map(({ prefix }) => prefix);
  }

  private going(): Hypothesis[] {
    return this.prefixes.map((prefix) => ({ prefix, score: prefix.score }));
  }

  /**
   * Hypotheses as readings, best first. A reading's confidence is its probability, weighted by its score against the best
   * one's, among all that could have been said: what the search has dropped counts as much as the best would.
   */
  private readings(
    hypotheses: readonly Hypothesis[],
    cut: (words: WordChain | null) => WordChain | null,
  ): Alternative[] {
    const reference = Math.max(...hypotheses.map(({ score }) => score));
    const unit = powerOfTwo(Math.max(-1000, this.exponent));
    const weighed = hypotheses.map(({ prefix, score }) => ({
      prefix,
      mass: prefix.now.total * unit,
      value: prefix.now.total * unit * exponential(score - reference),
    }));
    weighed.sort((a, b) => b.value - a.value);
    const dropped = Math.max(0, 1 - weighed.reduce((sum, { mass }) => sum + mass, 0));
    const whole = weighed.reduce((sum, { value }) => sum + value, dropped);
    const byText = new Map<string, { confidence: number; words: WordChain | null }>();
    for (const { prefix, value } of weighed) {
      const words = cut(this.wordsOf(prefix));
      const text = textIn(words);
      const same = byText.get(text);
      // Pieces may spell the same words in several ways; the likeliest gives the times.
      if (same) same.confidence += value / whole;
      else byText.set(text, { confidence: value / whole, words });
    }
    return Array.from(byText, ([text, reading]) => ({ text, ...reading }))
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, this.search.alternatives)
      .map(({ text, confidence, words }) => ({
        text,
        confidence: Math.min(1, confidence),
        result: wordsIn(words),
      }));
  }

  /** Words of a prefix, or of its first tokens. */
  private wordsOf(prefix: Prefix, numTokens = prefix.depth): WordChain | null {
    return this.words.of(prefix.runAt(numTokens), numTokens);
  }

  /** Runs as words, spoken from that row on, and the row behind them. */
  private spoken(runs: readonly Run[], row: number) {
    let before = row;
    const emissions = runs.map((run) => {
      const emission = emissionOf(run, this.options, before);
      before = spokenEnd(run, this.options, before);
      return emission;
    });
    return { words: wordsOf(emissions, this.options.tokenUnit), row: before };
  }

  /** Of words that all hypotheses begin with, those that stand: the last may yet grow, unless tokens are words. */
  private settled(words: WordChain | null): WordChain | null {
    return this.allowed(this.options.tokenUnit === "word" ? words : (words?.before ?? null));
  }

  /** The longest beginning that is an utterance of the grammar. */
  private allowed(words: WordChain | null): WordChain | null {
    const { grammar } = this.search;
    return grammar ? firstIn(words, grammar.follow(words).allowed) : words;
  }
}

/** n for which value * 2^n is near one, or 0 while the value is large enough. */
function powerOfTwoUp(value: number): number {
  return value < powerOfTwo(SMALLEST) && value > 0 ? -SMALLEST : 0;
}
