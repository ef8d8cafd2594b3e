// Makes words with their times, and meaning, of hypotheses.

import { DICTATION, UNKNOWN } from "../scorers/jsgf-tokens.ts";
import { toMilliseconds, type WordResult } from "../text/results.ts";
import { textOf } from "../text/words.ts";
import type { Hypothesis } from "./hypotheses.ts";
import type { Meaning } from "./meaning.ts";
import type { PhonemeSearch } from "./phoneme-search.ts";
import { type Evidence, MOST_MARGIN, wordConfidence } from "./phrase-confidence.ts";
import type { PhraseGrammar } from "./phrase-grammar.ts";
import { PhraseReader, type Step, stepsTo } from "./phrase-reader.ts";
import type { RowSums } from "./row-sums.ts";
import { isOptional } from "./word-network.ts";

/** When phonemes were spoken that came out in some rows. */
export interface PhonemeTimes {
  /** Seconds that a row stands for. */
  readonly tokenSeconds: number;
  /** Rows by which phonemes come out after they begin, and after they end. Found by measurement. */
  readonly startDelay: number;
  readonly endDelay: number;
  /** When the first row begins, in rows; below 0 where silence leads the audio. */
  readonly startRow: number;
  /** Seconds for which a word of a phrase goes on after the last row of its last phoneme, where there is a pause. */
  readonly fading: number;
}

/** Seconds that a word lasts at least. */
const SHORTEST_WORD = 0.02;

/** What was said. */
export interface Utterance {
  readonly text: string;
  readonly result: readonly WordResult[];
  readonly meaning: Meaning | null;
  /** What tells it from others: its meaning, and its words without those that the grammar lets one leave out. */
  readonly sense: string;
  /** Without its margin. */
  readonly evidence: Omit<Evidence, "margin">;
}

/** What the search has found: its records, and which of them are dictated words. */
type Found = Pick<PhonemeSearch, "trace" | "dictated">;

/** A word with the nats by which each of its phonemes is behind in the place of a confidence. */
interface HeardWord extends Omit<WordResult, "end"> {
  end: number;
  readonly phonemes: number;
}

export class UtteranceReader {
  private readonly grammar: PhraseGrammar;
  private readonly reader: PhraseReader;
  private readonly times: PhonemeTimes;
  private readonly confidence: readonly number[];
  private readonly written: (word: number) => string;
  private readonly rows: RowSums;

  /**
   * `confidence`: the coefficients of phrase-confidence.ts. `written`: how words are written that have been dictated. `rows`: those
   * that the search has heard.
   */
  constructor(
    grammar: PhraseGrammar,
    times: PhonemeTimes,
    confidence: readonly number[],
    written: (word: number) => string,
    rows: RowSums,
  ) {
    this.grammar = grammar;
    this.rows = rows;
    this.confidence = confidence;
    this.reader = new PhraseReader(grammar.pronounced);
    this.times = times;
    this.written = written;
  }

  /** A whole utterance; null where it has no words. Words begin no earlier than `notBefore`, in seconds. */
  whole(found: Found, hypothesis: Hypothesis, notBefore: number): Utterance | null {
    const last = this.reader.whole(this.phonemes(found, hypothesis.records));
    return last ? this.utterance(found, hypothesis, last, null, notBefore) : null;
  }

  /** The whole words of an utterance that is going on; null where there are none. */
  going(found: Found, hypothesis: Hypothesis, notBefore: number): Utterance | null {
    const { last, to } = this.reader.going(this.phonemes(found, hypothesis.records));
    return last ? this.utterance(found, hypothesis, last, to, notBefore) : null;
  }

  /** How many words of what begins with these records are certain. */
  certainWords(found: Found, records: readonly number[]): number {
    const steps = stepsTo(this.reader.certain(this.phonemes(found, records)));
    const { words } = this.grammar.pronounced;
    const own = steps.filter(({ arc }) => words.words[words.arcLabel[arc]!] !== DICTATION).length;
    // Where the place of a dictation is certain, so are the words before it, and those of its words that are shared.
    return own === steps.length ? own : own + records.filter((record) => found.dictated(record)).length;
  }

  /** The phonemes of the network: a place at which words are dictated is one. */
  private phonemes({ trace, dictated }: Found, records: readonly number[]): number[] {
    const { phoneme } = this.grammar.network;
    return records.filter((record) => !dictated(record)).map((record) => phoneme[trace.label[record]!]!);
  }

  /** `goesTo`: the phoneme behind the last whole word; null for a whole utterance. */
  private utterance(found: Found, way: Hypothesis, last: Step, goesTo: number | null, notBefore: number): Utterance {
    const { words } = this.grammar.pronounced;
    const { trace } = found;
    const steps = stepsTo(last);
    /** Where among the records the phonemes of the network are. */
    const places = way.records.flatMap((record, i) => (found.dictated(record) ? [] : [i]));
    const heard: HeardWord[] = [];
    const dictated = new Map<Step, readonly string[]>();
    let before = notBefore;
    let [silence, doubt, rows] = [0, 0, 0];
    const hear = (word: string, startRow: number, endRow: number, nats: number, phonemes: number) => {
      const { tokenSeconds, startDelay, endDelay, startRow: first, fading } = this.times;
      const start = Math.max(before, (startRow - startDelay + first) * tokenSeconds);
      const end = Math.max(start + SHORTEST_WORD, (endRow - endDelay + first) * tokenSeconds);
      before = end;
      // A word goes on after its last row, but not into the next word, nor beyond what has been heard.
      const faded = Math.max(end, Math.min(end + fading, (this.rows.end + first) * tokenSeconds));
      const previous = heard[heard.length - 1];
      if (previous) previous.end = Math.min(previous.end, toMilliseconds(start));
      const conf = Math.max(0, nats) / phonemes;
      const stretch = word === UNKNOWN ? null : this.rows.between(startRow, endRow);
      silence += stretch?.silence ?? 0;
      doubt += stretch?.doubt ?? 0;
      rows += stretch ? endRow - startRow : 0;
      heard.push({ word, start: toMilliseconds(start), end: toMilliseconds(faded), conf, phonemes });
    };
    steps.forEach((step, i) => {
      const to = steps[i + 1]?.from ?? goesTo ?? places.length;
      const first = way.records[places[step.from]!]!;
      const next = way.records[places[to]!];
      const word = words.words[words.arcLabel[step.arc]!]!;
      if (word === DICTATION) {
        const records = way.records.slice(places[step.from]! + 1, places[to]);
        dictated.set(step, this.hearDictated(found, records, hear));
        return;
      }
      const endRow = next === undefined ? way.end : trace.row[next]!;
      const scoreBehind = next === undefined ? way.phraseScore : trace.nats[next]!;
      hear(word, trace.madeRow[first]!, endRow, trace.nats[first]! - scoreBehind, to - step.from);
    });
    const known = heard.filter(({ word }) => word !== UNKNOWN);
    const phonemes = known.reduce((sum, word) => sum + word.phonemes, 0);
    const behind = known.reduce((sum, word) => sum + word.conf * word.phonemes, 0);
    const background = Math.max(0, -trace.nats[way.records[0]!]! + way.phraseScore - way.score);
    const worst = known.reduce((most, { conf }) => Math.max(most, conf), 0);
    const evidence = { phonemes, behind, background, silence, doubt, seconds: rows * this.times.tokenSeconds, worst };
    const sure = { ...evidence, margin: MOST_MARGIN };
    const result = heard.map(({ phonemes: _, ...word }) => ({
      ...word,
      conf: wordConfidence(word.conf, sure, this.confidence),
    }));
    const wordsOf = (step: Step) => dictated.get(step) ?? [];
    const meaning = this.grammar.meanings.meaning(last, goesTo === null, wordsOf);
    const said = steps
      .filter(({ arc }) => !isOptional(words, arc))
      .map((step) => [words.arcLabel[step.arc], ...wordsOf(step)]);
    return {
      text: textOf(result),
      result,
      meaning,
      sense: JSON.stringify([meaning?.intent, meaning && Object.entries(meaning.slots), said]),
      evidence,
    };
  }

  /** Hears the words of a dictation, whose records keep the row in which each begins. */
  private hearDictated(
    { trace, dictated }: Found,
    records: readonly number[],
    hear: (word: string, startRow: number, endRow: number, nats: number, phonemes: number) => void,
  ): string[] {
    let before = 0;
    return records.map((record) => {
      const { word, sounds } = dictated(record)!;
      const written = this.written(word);
      hear(written, trace.row[record]!, trace.madeRow[record]! + 1, before - trace.nats[record]!, sounds);
      before = trace.nats[record]!;
      return written;
    });
  }
}
