// Catches phrases in endless speech: the search may begin a phrase in any row, and a phrase that has just ended is told when no
// better one of it has come for a moment.

import { FoldvoxError } from "../../errors.ts";
import { phrase } from "../scorers/grammar-jsgf.ts";
import { DICTATION } from "../scorers/jsgf-tokens.ts";
import type { KeywordResult } from "../text/results.ts";
import { PhonemeSearch, type SearchOptions } from "./phoneme-search.ts";
import { confidenceOf, type Evidence, MOST_MARGIN } from "./phrase-confidence.ts";
import { PhraseGrammar } from "./phrase-grammar.ts";
import type { Pronounce } from "./pronounced-network.ts";
import { RowSums } from "./row-sums.ts";
import type { SoundRow } from "./sound-row.ts";
import { type PhonemeTimes, type Utterance, UtteranceReader } from "./utterance-reader.ts";

/** A phrase to be caught. */
export interface Keyword {
  readonly phrase: string;
  /** 0 to 1: how readily it is caught. It is told if it is surer than 1 - sensitivity. Default 0.5. */
  readonly sensitivity?: number;
}

export interface KeywordOptions {
  readonly times: PhonemeTimes;
  readonly search: Omit<SearchOptions, "before" | "after" | "backgroundPenalty" | "words">;
  /** Of phrase-confidence.ts. */
  readonly confidence: readonly number[];
}

/** Seconds after a phrase's last phoneme in which a better end of it may come. */
const HOLD_SECONDS = 0.1;
const DEFAULT_SENSITIVITY = 0.5;

/** Phrases as one grammar, whose utterance is one of them. Errors: bad-argument, unsupported for phrases that hold any words. */
export function keywordGrammar(keywords: readonly Keyword[], pronounce: Pronounce): PhraseGrammar {
  const parts = keywords.map(({ phrase: text }, i) => phrase(text, { line: i + 1, column: 1 }));
  const grammar = new PhraseGrammar([{ name: "", isPublic: true, expansion: { kind: "choice", parts } }], pronounce);
  if (grammar.dictates) {
    throw new FoldvoxError(
      "unsupported",
      `Keyword ${grammar.dictates.line} holds ${DICTATION}, which only grammars may. Put the words in its place that are to be caught.`,
    );
  }
  return grammar;
}

/** A phrase that has just ended, as it seems. */
export interface Sighting {
  readonly utterance: Utterance;
  readonly evidence: Evidence;
  /** The row in which it begins. */
  readonly from: number;
}

/** A phrase that is about to be told. */
interface Waiting {
  readonly result: KeywordResult;
  /** The row in which it was seen. */
  readonly row: number;
}

export class KeywordSpotter {
  private readonly options: KeywordOptions;
  private readonly reader: UtteranceReader;
  private readonly search: PhonemeSearch;
  private readonly rows: RowSums;
  private readonly sensitivity = new Map<string, number>();
  /** The best sighting of each phrase that has not been told yet. */
  private readonly waiting = new Map<string, Waiting>();
  /** Up to where each phrase has been told, in rows. */
  private readonly toldTo = new Map<string, number>();
  private row = 0;

  constructor(options: KeywordOptions, grammar: PhraseGrammar, keywords: readonly Keyword[]) {
    this.options = options;
    this.rows = new RowSums(options.search.blank, 0);
    this.reader = new UtteranceReader(grammar, options.times, options.confidence, () => "", this.rows);
    // Whatever is said before a phrase is free, and a phrase has no end to wait for.
    this.search = new PhonemeSearch(grammar.network, {
      ...options.search,
      backgroundPenalty: 0,
      before: true,
      after: false,
    });
    for (const { phrase: text, sensitivity = DEFAULT_SENSITIVITY } of keywords) {
      this.sensitivity.set(text.trim().split(/\s+/).join(" "), sensitivity);
    }
  }

  /** Takes a row; returns the phrases that have been caught by now. */
  accept(sounds: SoundRow): KeywordResult[] {
    for (const sighting of this.see(sounds)) this.consider(sighting);
    if (this.waiting.size === 0) return [];
    const caught: KeywordResult[] = [];
    const hold = HOLD_SECONDS / this.options.times.tokenSeconds;
    for (const [text, sighting] of this.waiting) {
      if (this.row - sighting.row < hold) continue;
      this.waiting.delete(text);
      this.toldTo.set(text, sighting.row);
      caught.push(sighting.result);
    }
    return caught;
  }

  /** Back to the stream's start. */
  reset(): void {
    this.row = 0;
    this.search.restart(0);
    this.rows.restart(0);
    this.waiting.clear();
    this.toldTo.clear();
  }

  /** Takes a row; returns the phrases that end with it, however unlikely. `accept` decides which of them are told. */
  see(sounds: SoundRow): Sighting[] {
    this.search.accept(sounds);
    this.rows.push(sounds);
    this.row++;
    if (sounds.isSilent) return [];
    const { trace } = this.search;
    const seen: Sighting[] = [];
    for (const end of this.search.ends()) {
      // A phrase that rests says nothing new.
      if (end.end < this.row - 1) continue;
      const records = trace.recordsTo(end.record);
      const utterance = this.reader.whole(this.search, { ...end, records }, 0);
      if (!utterance) continue;
      const evidence = { ...utterance.evidence, background: 0, margin: MOST_MARGIN };
      seen.push({ utterance, evidence, from: trace.madeRow[records[0]!]! });
    }
    return seen;
  }

  private consider({ utterance: { text, result }, evidence, from }: Sighting): void {
    const confidence = confidenceOf(evidence, this.options.confidence);
    if (confidence < 1 - this.sensitivity.get(text)! || from < (this.toldTo.get(text) ?? 0)) return;
    const known = this.waiting.get(text);
    if (known && known.result.confidence >= confidence) return;
    const caught = { keyword: text, start: result[0]!.start, end: result[result.length - 1]!.end, confidence };
    this.waiting.set(text, { result: caught, row: this.row });
  }
}
