// An n-gram model with back-off (Katz 1987), looked up in the bytes of its file (ngram-file.ts) as they are.
//
// A state is what the model remembers of the words before: the longest history that can still matter. States below `words` are
// the last word alone; states from there on are contexts, pairs of words that begin trigrams. So histories that the model
// cannot tell apart are one state.

import { u16, u24 } from "../model/parts-file.ts";
import {
  BACKOFF1,
  BACKOFF2,
  END,
  type NgramFile,
  PROBABILITY1,
  PROBABILITY2,
  PROBABILITY3,
  RECORD,
  START,
  TABLES,
} from "./ngram-file.ts";

/** A step of the model: what a word scores, and the state behind it. Overwritten by the next step. */
export interface NgramStep {
  /** Natural logarithm of the word's probability. */
  score: number;
  state: number;
}

export class NgramModel {
  /** Words and marks. */
  readonly words: number;
  readonly states: number;
  /** The state at the beginning of an utterance. */
  readonly start = START;
  private readonly bytes: Uint8Array;
  private readonly places: NgramFile["places"];
  private readonly tables: Float32Array;

  constructor({ bytes, header, places }: NgramFile) {
    this.bytes = bytes;
    this.places = places;
    this.words = header.counts.words;
    this.states = this.words + header.counts.contexts;
    const view = new DataView(bytes.buffer, bytes.byteOffset + places.tables, 4 * 256 * TABLES);
    this.tables = Float32Array.from({ length: 256 * TABLES }, (_, i) => view.getFloat32(4 * i, true));
  }

  /** Natural logarithm of a word's probability by itself. */
  unigram(word: number): number {
    return this.value(PROBABILITY1, this.places.unigrams + RECORD.unigrams * word);
  }

  /** What a word scores behind a state. */
  step(state: number, word: number, into: NgramStep): void {
    const { bytes, places } = this;
    let score = 0;
    let last = state;
    let trigram = -1;
    if (state >= this.words) {
      const context = places.contexts + RECORD.contexts * (state - this.words);
      const first = u24(bytes, context + 4);
      const end = u24(bytes, context + RECORD.contexts + 4);
      trigram = this.find(places.trigrams, RECORD.trigrams, first, end, word);
      if (trigram < 0) score = this.value(BACKOFF2, context + 3);
      last = u16(bytes, context);
    }
    const firsts = places.firsts + RECORD.firsts * last;
    const context = this.find(places.contexts, RECORD.contexts, u24(bytes, firsts), u24(bytes, firsts + 6), word);
    into.state = context < 0 ? word : this.words + context;
    if (trigram >= 0) {
      into.score = this.value(PROBABILITY3, places.trigrams + RECORD.trigrams * trigram + 2);
      return;
    }
    if (context >= 0) {
      into.score = score + this.value(PROBABILITY2, places.contexts + RECORD.contexts * context + 2);
      return;
    }
    const leaf = this.find(places.leaves, RECORD.leaves, u24(bytes, firsts + 3), u24(bytes, firsts + 9), word);
    if (leaf >= 0) {
      into.score = score + this.value(PROBABILITY2, places.leaves + RECORD.leaves * leaf + 2);
      return;
    }
    into.score = score + this.value(BACKOFF1, places.unigrams + RECORD.unigrams * last + 1) + this.unigram(word);
  }

  /** What it scores that an utterance ends in a state. */
  end(state: number): number {
    const step = { score: 0, state: 0 };
    this.step(state, END, step);
    return step.score;
  }

  private value(table: number, at: number): number {
    return this.tables[256 * table + this.bytes[at]!]!;
  }

  /** The record among those from `first` up to `end` whose u16 is the word, or -1. */
  private find(place: number, record: number, first: number, end: number, word: number): number {
    const { bytes } = this;
    let low = first;
    let high = end - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = u16(bytes, place + record * middle);
      if (found === word) return middle;
      if (found < word) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
