// Hears any words, utterance by utterance: what the search finds, as results.

import type { Listener } from "../phonemes/listener.ts";
import { NOTHING_HEARD } from "../phonemes/phrase-listener.ts";
import type { SoundRow } from "../phonemes/sound-row.ts";
import type { PhonemeTimes } from "../phonemes/utterance-reader.ts";
import {
  type Alternative,
  type FinalResult,
  type PartialResult,
  toMilliseconds,
  type WordResult,
} from "../text/results.ts";
import { chained, firstIn, textIn, type WordChain, wordsIn } from "../text/word-chain.ts";
import { textOf } from "../text/words.ts";
import { type Ending, type Reading, readings } from "./readings.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { WordSearch, type WordSearchOptions } from "./word-search.ts";
import { type TextStyle, type Written, written } from "./written-text.ts";

export interface DictationOptions {
  readonly search: WordSearchOptions;
  readonly vocabulary: Vocabulary;
  readonly times: PhonemeTimes;
  /** Readings to tell with each result; 1 tells none beside the text. */
  readonly alternatives: number;
  readonly style: TextStyle;
  /** An utterance whose phonemes are on average further behind the best ones than this, in nats, is no speech. */
  readonly mostBehind: number;
}

/** Seconds without a phoneme after which nobody is in the middle of a word. */
const PAUSE_SECONDS = 0.3;
/**
 * Seconds that a word must have stood before it is shown, unless it is certain: without them 15 % of shown words change again, with
 * them 10 %, and half of the words stand 100 ms later.
 */
const HOLD_SECONDS = 0.12;
/** Seconds that a word lasts at least. */
const SHORTEST_WORD = 0.02;

export class DictationListener implements Listener {
  private readonly options: DictationOptions;
  private readonly search: WordSearch;
  private row: number;
  /** The row behind the last phoneme of any kind; null if the utterance has had none. */
  private voiced: number | null = null;
  private spokenSeconds: number;
  /** Words of the text that stay as they are, and words said behind them that are certain, but not yet as text. */
  private settled: WordChain | null = null;
  private certain: WordResult[] = [];
  /** The partial result, until the next row. */
  private told: PartialResult | null = null;

  /** Begins to listen with row `row` of the stream; words begin no earlier than `spokenSeconds`. */
  constructor(options: DictationOptions, row: number, spokenSeconds: number) {
    this.options = options;
    this.search = new WordSearch(options.search);
    this.row = row;
    this.spokenSeconds = spokenSeconds;
    this.search.restart(row);
  }

  accept(sounds: SoundRow): void {
    if (sounds.isVoiced) this.voiced = this.row + 1;
    this.search.accept(sounds);
    this.row++;
    this.told = null;
  }

  get voicedEnd(): number | null {
    return this.voiced;
  }

  get spokenEnd(): number {
    return this.spokenSeconds;
  }

  /** Any words may follow, and none need to. */
  readonly isIncomplete = false;

  /** The likeliest words so far. Committed are those that all hypotheses share. */
  partial(): PartialResult {
    this.told ??= this.tell();
    return this.told;
  }

  /** Ends the utterance and begins the next. Null if nothing was said. */
  finish(goesOn: boolean): FinalResult | null {
    const { search } = this;
    const leader = search.leader();
    const pause =
      this.voiced === null ? Number.POSITIVE_INFINITY : (this.row - this.voiced) * this.options.times.tokenSeconds;
    const isCut = goesOn && !leader.isWhole && pause < PAUSE_SECONDS;
    const found = this.readings(isCut ? [leader] : search.ends(), search.toldRecord);
    const final = this.final(found);
    this.spokenSeconds = final?.result[final.result.length - 1]?.end ?? this.spokenSeconds;
    // Whoever is in the middle of a word goes on with it in the next utterance.
    if (isCut) search.tell(leader.record);
    else search.restart(this.row);
    this.settled = null;
    this.certain = [];
    this.voiced = isCut ? this.row : null;
    this.told = null;
    return final;
  }

  /** The records without the last words that have only just been heard. */
  private standing(records: readonly number[]): readonly number[] {
    const { madeRow } = this.search.trace;
    const last = this.row - Math.round(HOLD_SECONDS / this.options.times.tokenSeconds) - 1;
    let count = records.length;
    while (count > 0 && madeRow[records[count - 1]!]! > last) count--;
    return records.slice(0, count);
  }

  private tell(): PartialResult {
    const { search } = this;
    this.certain.push(...this.said(search.settle()));
    this.close(this.write(this.certain));
    const leader = search.leader();
    const written = this.write([...this.certain, ...this.said(this.standing(search.recordsTo(leader.record)))]);
    const words = chained(this.settled, written.words);
    if (!words) return NOTHING_HEARD;
    return {
      partial: words.text,
      committed: textIn(firstIn(words, (this.settled?.count ?? 0) + written.settled)),
      partial_result: wordsIn(words),
      // They begin with what is certain, as all that may still be said does.
      ...this.alternatives(
        () => this.readings([leader], search.settledRecord),
        (records) => {
          const { words } = this.write([...this.certain, ...this.said(this.standing(records))]);
          const all = chained(this.settled, words);
          return { text: textIn(all), result: wordsIn(all) };
        },
      ),
    };
  }

  /** Puts away words of the text that need not be looked at again. */
  private close({ words, closed, closedSaid }: Written): void {
    this.settled = chained(this.settled, words.slice(0, closed));
    this.certain.splice(0, closedSaid);
  }

  /** Words said as text, behind what has been put away. They begin with those that are certain. */
  private write(said: readonly WordResult[]): Written {
    return written(said, this.certain.length, this.options.style, this.settled?.word.word ?? null);
  }

  private readings(ends: readonly Ending[], told: number): Reading[] {
    return readings(this.search, ends, told, this.options.alternatives);
  }

  private final(found: readonly Reading[]): FinalResult | null {
    const records = found[0]?.records ?? [];
    if (records.length === 0 || !this.isSpeech(records)) return null;
    const whole = (records: readonly number[]) => {
      const { words } = written(this.said(records, this.spokenSeconds), records.length, this.options.style);
      return { text: textOf(words), result: words };
    };
    return { ...whole(records), ...this.alternatives(() => found, whole) };
  }

  /** Noise makes phonemes too, but words fit them badly. */
  private isSpeech(records: readonly number[]): boolean {
    const { search } = this;
    const { trace } = search;
    const last = records[records.length - 1]!;
    const before = trace.before[records[0]!]!;
    const behind = (before < 0 ? 0 : trace.nats[before]!) - trace.nats[last]!;
    const sounds = records.reduce((sum, record) => sum + search.soundsOf(record), 0);
    return behind <= this.options.mostBehind * sounds;
  }

  private alternatives(
    read: () => readonly Reading[],
    told: (records: readonly number[]) => Pick<Alternative, "text" | "result">,
  ): { alternatives?: Alternative[] } {
    if (this.options.alternatives === 1) return {};
    const found = read();
    const likelihood = found.map(({ behind }) => Math.exp(-behind));
    const sum = likelihood.reduce((total, value) => total + value, 0);
    return {
      alternatives: found.map(({ records }, i) => {
        const { text, result } = told(records);
        return { text, confidence: likelihood[i]! / sum, result };
      }),
    };
  }

  /** Words as they were said, which begin no earlier than at those seconds: where the certain ones end. */
  private said(records: readonly number[], notBefore = this.certainEnd): WordResult[] {
    const { times, vocabulary } = this.options;
    const { search } = this;
    const { trace } = search;
    const { tokenSeconds, startDelay, endDelay, startRow } = times;
    let before = notBefore;
    return records.map((record): WordResult => {
      const sound = trace.before[record]! < 0 ? 0 : trace.nats[trace.before[record]!]!;
      const behind = Math.max(0, sound - trace.nats[record]!);
      const start = Math.max(before, (trace.row[record]! + startRow - startDelay) * tokenSeconds);
      const end = Math.max(start + SHORTEST_WORD, (trace.madeRow[record]! + 1 + startRow - endDelay) * tokenSeconds);
      before = end;
      const conf = Math.exp(-behind / Math.max(1, search.soundsOf(record)));
      return {
        word: vocabulary.written(search.wordOf(record)),
        start: toMilliseconds(start),
        end: toMilliseconds(end),
        conf,
      };
    });
  }

  /** Seconds at which the last certain word ends. */
  private get certainEnd(): number {
    return (this.certain.at(-1) ?? this.settled?.word)?.end ?? this.spokenSeconds;
  }
}
