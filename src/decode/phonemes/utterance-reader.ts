// Makes words with their times, and meaning, of hypotheses.

import { UNKNOWN } from "../scorers/jsgf-tokens.ts";
import { toMilliseconds, type WordResult } from "../text/results.ts";
import { textOf } from "../text/words.ts";
import type { Trace } from "../tokens/trace.ts";
import type { Hypothesis } from "./hypotheses.ts";
import type { Meaning } from "./meaning.ts";
import { type Evidence, MOST_MARGIN, wordConfidence } from "./phrase-confidence.ts";
import type { PhraseGrammar } from "./phrase-grammar.ts";
import { PhraseReader, type Step, stepsTo } from "./phrase-reader.ts";
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

export class UtteranceReader {
  private readonly grammar: PhraseGrammar;
  private readonly reader: PhraseReader;
  private readonly times: PhonemeTimes;
  private readonly confidence: readonly number[];

  /** `confidence`: the coefficients of phrase-confidence.ts. */
  constructor(grammar: PhraseGrammar, times: PhonemeTimes, confidence: readonly number[]) {
    this.grammar = grammar;
    this.confidence = confidence;
    this.reader = new PhraseReader(grammar.pronounced);
    this.times = times;
  }

  /** A whole utterance; null where it has no words. Words begin no earlier than `notBefore`, in seconds. */
  whole(trace: Trace, hypothesis: Hypothesis, notBefore: number): Utterance | null {
    const last = this.reader.whole(this.phonemes(trace, hypothesis.records));
    return last ? this.utterance(trace, hypothesis, last, null, notBefore) : null;
  }

  /** The whole words of an utterance that is going on; null where there are none. */
  going(trace: Trace, hypothesis: Hypothesis, notBefore: number): Utterance | null {
    const { last, to } = this.reader.going(this.phonemes(trace, hypothesis.records));
    return last ? this.utterance(trace, hypothesis, last, to, notBefore) : null;
  }

  /** How many words of what begins with these records are certain. */
  certainWords(trace: Trace, records: readonly number[]): number {
    return this.reader.certain(this.phonemes(trace, records))?.length ?? 0;
  }

  private phonemes(trace: Trace, records: readonly number[]): number[] {
    const { phoneme } = this.grammar.network;
    return records.map((record) => phoneme[trace.label[record]!]!);
  }

  /** `goesTo`: the phoneme behind the last whole word; null for a whole utterance. */
  private utterance(trace: Trace, way: Hypothesis, last: Step, goesTo: number | null, notBefore: number): Utterance {
    const { words } = this.grammar.pronounced;
    const steps = stepsTo(last);
    const { records } = way;
    /** With nats behind by phoneme in the place of confidences. */
    const heard: WordResult[] = [];
    let [phonemes, behind] = [0, 0];
    const { tokenSeconds, startDelay, endDelay, startRow } = this.times;
    const secondsAt = (row: number) => (row + startRow) * tokenSeconds;
    let before = notBefore;
    steps.forEach(({ arc, from }, i) => {
      const to = steps[i + 1]?.from ?? goesTo ?? records.length;
      const next = records[to];
      const word = words.words[words.arcLabel[arc]!]!;
      const endRow = next === undefined ? way.end : trace.row[next]!;
      const scoreBehind = next === undefined ? way.phraseScore : trace.nats[next]!;
      const nats = trace.nats[records[from]!]! - scoreBehind;
      const start = Math.max(before, secondsAt(trace.madeRow[records[from]!]! - startDelay));
      const end = Math.max(start + SHORTEST_WORD, secondsAt(endRow - endDelay));
      before = end;
      heard.push({
        word,
        start: toMilliseconds(start),
        end: toMilliseconds(end),
        conf: Math.max(0, nats) / (to - from),
      });
      if (word === UNKNOWN) return;
      phonemes += to - from;
      behind += Math.max(0, nats);
    });
    const background = Math.max(0, -trace.nats[records[0]!]! + way.phraseScore - way.score);
    const evidence = { phonemes, behind, background };
    const sure = { ...evidence, margin: MOST_MARGIN };
    const result = heard.map((word) => ({ ...word, conf: wordConfidence(word.conf, sure, this.confidence) }));
    const meaning = this.grammar.meanings.meaning(last, goesTo === null);
    const said = steps.filter(({ arc }) => !isOptional(words, arc)).map(({ arc }) => words.arcLabel[arc]);
    return {
      text: textOf(result),
      result,
      meaning,
      sense: JSON.stringify([meaning?.intent, meaning && Object.entries(meaning.slots), said]),
      evidence,
    };
  }
}
