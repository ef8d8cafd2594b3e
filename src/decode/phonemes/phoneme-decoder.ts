// A stream's decoder for a model of phonemes: phrases of a grammar, and keywords beside them.

import type { Decoder } from "../decoder.ts";
import { RowClock, type RowTimes } from "../row-clock.ts";
import type { FinalResult, KeywordResult, PartialResult } from "../text/results.ts";
import type { KeywordSpotter } from "./keyword-spotter.ts";
import type { Listener } from "./listener.ts";
import type { PhraseGrammar } from "./phrase-grammar.ts";
import { NOTHING_HEARD, PhraseListener, type PhraseOptions } from "./phrase-listener.ts";
import { RowHistory } from "./row-history.ts";
import { type RowWeights, SoundRow } from "./sound-row.ts";

export interface PhonemeOptions extends RowTimes {
  /** Tokens of a row, and the blank among them. */
  readonly tokens: number;
  readonly blank: number;
  readonly weights: RowWeights;
  readonly phrases: PhraseOptions;
}

/** Makes what listens from a row on; words begin no earlier than at those seconds. */
export type MakeListener = (row: number, spokenSeconds: number) => Listener;

export class PhonemeDecoder implements Decoder {
  private readonly options: PhonemeOptions;
  private readonly sounds: SoundRow;
  private readonly clock: RowClock;
  private readonly history: RowHistory;
  private readonly spotter: KeywordSpotter | null;
  private readonly firstGrammar: PhraseGrammar | null;
  private readonly dictate: MakeListener | null;
  private phrases: Listener | null;
  /** The grammar to be listened for from the next utterance on; undefined while it stays. */
  private nextGrammar: PhraseGrammar | null | undefined;
  private caught: KeywordResult[] = [];
  private spokenSeconds = 0;

  /** `dictate` makes what listens where there is no grammar; without it nothing does. */
  constructor(
    options: PhonemeOptions,
    grammar: PhraseGrammar | null,
    spotter: KeywordSpotter | null,
    dictate: MakeListener | null,
  ) {
    this.options = options;
    this.dictate = dictate;
    this.sounds = new SoundRow(options.tokens, options.blank, options.weights);
    this.clock = new RowClock(options);
    this.history = new RowHistory(options.tokens, options.tokenSeconds);
    this.spotter = spotter;
    this.firstGrammar = grammar;
    this.phrases = this.listener(grammar, 0);
  }

  accept(logProbs: Float32Array, numRows: number): void {
    for (let row = 0; row < numRows; row++) {
      this.sounds.read(logProbs, row);
      this.history.push(logProbs, row);
      this.hear();
    }
  }

  skip(numRows: number): void {
    for (let row = 0; row < numRows; row++) {
      this.sounds.silence();
      this.history.pushSilence(this.options.blank);
      this.hear();
    }
  }

  /** Seconds since the last phoneme, or since the utterance began if there was none. */
  get trailingSilenceSeconds(): number {
    const end = this.phrases?.voicedEnd ?? null;
    return this.clock.secondsSince(end === null ? this.clock.utteranceRow : end + this.options.startRow);
  }

  get utteranceSeconds(): number {
    return this.clock.utteranceSeconds;
  }

  /** Whether anything has been said, of the grammar or not. */
  get hasEmissions(): boolean {
    return (this.phrases?.voicedEnd ?? null) !== null;
  }

  get isIncomplete(): boolean {
    return this.phrases?.isIncomplete ?? false;
  }

  partial(): PartialResult {
    return this.phrases?.partial() ?? NOTHING_HEARD;
  }

  finish(goesOn = false): FinalResult | null {
    const final = this.phrases?.finish(goesOn) ?? null;
    this.clock.beginUtterance();
    if (this.nextGrammar !== undefined) this.change(this.nextGrammar, this.history.next);
    return final;
  }

  /** Keywords caught since the last call. */
  keywords(): KeywordResult[] {
    return this.caught.splice(0);
  }

  /**
   * Listens for another grammar, or for none, from the next utterance on; at once where nothing has been said in this one. With
   * `since`, in seconds, it listens from there, as far back as rows are kept, and what this utterance had been is forgotten.
   */
  setGrammar(grammar: PhraseGrammar | null, since: number | null): void {
    if (since !== null) {
      const row = Math.floor(since / this.options.tokenSeconds - this.options.startRow);
      this.change(grammar, Math.min(Math.max(row, this.history.first), this.history.next), since);
    } else if (this.hasEmissions) this.nextGrammar = grammar;
    else this.change(grammar, this.history.next);
  }

  reset(): void {
    this.clock.reset();
    this.history.clear();
    this.sounds.silence();
    this.spotter?.reset();
    this.caught = [];
    this.spokenSeconds = 0;
    this.nextGrammar = undefined;
    this.phrases = this.listener(this.firstGrammar, 0);
  }

  private listener(grammar: PhraseGrammar | null, row: number): Listener | null {
    if (grammar) return new PhraseListener(this.options.phrases, grammar, row, this.spokenSeconds);
    return this.dictate?.(row, this.spokenSeconds) ?? null;
  }

  /** Words begin no earlier than `since`, in seconds. */
  private change(grammar: PhraseGrammar | null, from: number, since = 0): void {
    this.spokenSeconds = Math.max(since, this.phrases?.spokenEnd ?? this.spokenSeconds);
    this.nextGrammar = undefined;
    this.phrases = this.listener(grammar, from);
    if (!this.phrases) return;
    const replayed = new SoundRow(this.options.tokens, this.options.blank, this.options.weights);
    for (let row = from; row < this.history.next; row++) {
      replayed.read(...this.history.at(row));
      this.phrases.accept(replayed);
    }
  }

  private hear(): void {
    this.phrases?.accept(this.sounds);
    if (this.spotter) this.caught.push(...this.spotter.accept(this.sounds));
    this.clock.advance(1);
  }
}
