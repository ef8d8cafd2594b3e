// Hears the phrases of a grammar, utterance by utterance: what the search finds, as results.

import type { WalkedWords } from "../dictation/word-walk.ts";
import { UNKNOWN } from "../scorers/jsgf-tokens.ts";
import {
  type Alternative,
  type FinalResult,
  type PartialResult,
  toMilliseconds,
  type WordResult,
} from "../text/results.ts";
import { type Hypothesis, hypotheses } from "./hypotheses.ts";
import type { Listener } from "./listener.ts";
import { PhonemeSearch, type SearchOptions } from "./phoneme-search.ts";
import { confidenceOf, type Evidence, MOST_MARGIN } from "./phrase-confidence.ts";
import type { PhraseGrammar } from "./phrase-grammar.ts";
import { RowSums } from "./row-sums.ts";
import type { SoundRow } from "./sound-row.ts";
import { type PhonemeTimes, type Utterance, UtteranceReader } from "./utterance-reader.ts";

/** Any words, where a grammar has a place for them. */
export interface DictatedWords {
  readonly words: WalkedWords;
  /** More tokens kept from row to row. */
  readonly mostTokens: number;
  /** How a word is written. */
  readonly written: (word: number) => string;
}

export interface PhraseOptions {
  readonly times: PhonemeTimes;
  readonly search: Omit<SearchOptions, "before" | "after" | "words">;
  /** What a grammar hears that lets any words be dictated. Errors: unsupported where there is no language model. */
  readonly dictated: () => DictatedWords;
  /** Of phrase-confidence.ts. */
  readonly confidence: readonly number[];
  /** Utterances of which it is less sure than 1 - sensitivity that they are of the grammar are not heard. */
  readonly sensitivity: number;
  /** Readings to tell with each result; 1 tells none beside the text. */
  readonly alternatives: number;
}

/** Hypotheses looked at for other words than the best one's. */
const MOST_HYPOTHESES = 100;

const NOT_DICTATED = { words: null, mostTokens: 0, written: () => "" };

/** Of a stream in which nothing has been heard. */
export const NOTHING_HEARD: PartialResult = { partial: "", committed: "", partial_result: [] };

export class PhraseListener implements Listener {
  private readonly options: PhraseOptions;
  private readonly grammar: PhraseGrammar;
  private readonly reader: UtteranceReader;
  private readonly search: PhonemeSearch;
  private readonly rows: RowSums;
  private row: number;
  /** Where speech of any kind began and ended, in rows; null without any. */
  private voiced: { first: number; end: number } | null = null;
  /** Seconds at which the last word of the utterances before ended. */
  private spokenSeconds: number;
  /** The partial result, until the next row. */
  private told: PartialResult | null = null;

  /** Begins to listen with row `row` of the stream; words begin no earlier than `spokenSeconds`. */
  constructor(options: PhraseOptions, grammar: PhraseGrammar, row: number, spokenSeconds: number) {
    this.options = options;
    this.grammar = grammar;
    const dictated = grammar.dictates ? options.dictated() : NOT_DICTATED;
    this.rows = new RowSums(options.search.blank, row);
    this.reader = new UtteranceReader(grammar, options.times, options.confidence, dictated.written, this.rows);
    // Where the grammar itself says that anything may be spoken, that is the background. Who asks for everything to be taken for
    // a phrase is told the nearest one, however far it is.
    const background = !grammar.allowsUnknown && options.sensitivity < 1;
    this.search = new PhonemeSearch(grammar.network, {
      ...options.search,
      mostActive: options.search.mostActive + dictated.mostTokens,
      before: background,
      after: background,
      words: dictated.words,
    });
    this.row = row;
    this.spokenSeconds = spokenSeconds;
    this.search.restart(row);
  }

  accept(sounds: SoundRow): void {
    if (sounds.isVoiced) this.voiced = { first: this.voiced?.first ?? this.row, end: this.row + 1 };
    this.search.accept(sounds);
    this.rows.push(sounds);
    this.row++;
    this.told = null;
  }

  /** The row behind the last phoneme of any kind; null if the utterance has had none. */
  get voicedEnd(): number | null {
    return this.voiced?.end ?? null;
  }

  /** Seconds at which the last word ended. */
  get spokenEnd(): number {
    return this.spokenSeconds;
  }

  /** Whether the grammar asks for more words. */
  get isIncomplete(): boolean {
    const leader = this.search.leader();
    return leader !== null && !((this.search.ends()[0]?.score ?? Number.NEGATIVE_INFINITY) >= leader.score);
  }

  /** The likeliest reading so far. Committed are the words that all hypotheses share, hearing none of them among these. */
  partial(): PartialResult {
    this.told ??= this.tell();
    return this.told;
  }

  /** Ends the utterance and begins the next. Null if nothing of the grammar was said. */
  finish(): FinalResult | null {
    const final = this.final();
    this.spokenSeconds = final?.result[final.result.length - 1]?.end ?? this.spokenSeconds;
    this.search.restart(this.row);
    this.voiced = null;
    this.told = null;
    return final;
  }

  private tell(): PartialResult {
    const { search } = this;
    const leader = search.leader();
    const way = leader && { ...leader, records: search.trace.recordsTo(leader.record) };
    const going = way && this.reader.going(search, way, this.spokenSeconds);
    if (!going) return NOTHING_HEARD;
    const shared = search.trace.recordsTo(search.shared());
    const certain = Math.min(this.reader.certainWords(search, shared), going.result.length);
    return {
      partial: going.text,
      committed: going.result
        .slice(0, certain)
        .map(({ word }) => word)
        .join(" "),
      partial_result: going.result,
      confidence: confidenceOf({ ...going.evidence, margin: MOST_MARGIN }, this.options.confidence),
      ...going.meaning,
      ...this.alternatives(() => this.readings(hypotheses(search.trace, [leader]), true), 1),
    };
  }

  private final(): FinalResult | null {
    const readings = this.whole();
    const best = readings[0];
    if (!best) return this.unknown();
    // Two phrases that are as likely make it unsure which was said, and not that none was.
    const { confidence: weights, sensitivity } = this.options;
    if (confidenceOf({ ...best.evidence, margin: MOST_MARGIN }, weights) < 1 - sensitivity) return this.unknown();
    const confidence = confidenceOf(best.evidence, weights);
    return {
      text: best.text,
      result: best.result,
      confidence,
      ...best.meaning,
      ...this.alternatives(() => readings, confidence),
    };
  }

  /** What the utterance may have been, the best first, however unsure: as many readings as are asked for, and two at least. */
  whole(): Reading[] {
    return this.readings(hypotheses(this.search.trace, this.search.ends()), false);
  }

  /** Utterances that say different things, the best first: as many as are asked for, and two at least. */
  private readings(ways: Generator<Hypothesis>, isGoing: boolean): Reading[] {
    const wanted = Math.max(2, this.options.alternatives);
    const readings: Reading[] = [];
    const told = new Set<string>();
    let looked = 0;
    for (const way of ways) {
      if (readings.length === wanted || looked++ === MOST_HYPOTHESES) break;
      const read = isGoing
        ? this.reader.going(this.search, way, this.spokenSeconds)
        : this.reader.whole(this.search, way, this.spokenSeconds);
      if (!read || told.has(read.sense)) continue;
      told.add(read.sense);
      readings.push({ ...read, score: way.score, evidence: { ...read.evidence, margin: MOST_MARGIN } });
    }
    return readings.map((reading, i) => {
      const next = readings[i + 1];
      const margin = next ? reading.score - next.score : MOST_MARGIN;
      return { ...reading, evidence: { ...reading.evidence, margin } };
    });
  }

  /** Readings as alternatives: what the best one leaves of certainty is shared out among the others. */
  private alternatives(read: () => readonly Reading[], confidence: number): { alternatives?: Alternative[] } {
    const { alternatives } = this.options;
    if (alternatives === 1) return {};
    const readings = read().slice(0, alternatives);
    const likelihood = readings.map(({ score }) => Math.exp(score - readings[0]!.score));
    const others = likelihood.reduce((sum, value) => sum + value, 0) - 1;
    return {
      alternatives: readings.map(({ text, result, meaning }, i) => ({
        text,
        confidence: i === 0 ? confidence : Math.min(confidence, ((1 - confidence) * likelihood[i]!) / others),
        result,
        ...meaning,
      })),
    };
  }

  /** What is told of speech that is not of the grammar: [unk] where that may be said, else nothing. */
  private unknown(): FinalResult | null {
    if (!this.grammar.allowsUnknown || !this.voiced) return null;
    const { tokenSeconds, startRow, startDelay, endDelay } = this.options.times;
    const start = Math.max(this.spokenSeconds, (this.voiced.first + startRow - startDelay) * tokenSeconds);
    const end = Math.max(start, (this.voiced.end + startRow - endDelay) * tokenSeconds);
    const result: WordResult[] = [{ word: UNKNOWN, start: toMilliseconds(start), end: toMilliseconds(end), conf: 1 }];
    return { text: UNKNOWN, result };
  }
}

/** An utterance that may have been said. */
export interface Reading extends Omit<Utterance, "evidence"> {
  readonly score: number;
  readonly evidence: Evidence;
}
