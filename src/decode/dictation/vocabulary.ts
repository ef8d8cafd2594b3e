// The words that dictation knows: those of the language model, pronounced as the lexicon says, and behind them those that users add.

import { FoldvoxError } from "../../errors.ts";
import type { NgramFile } from "../../ngrams/ngram-file.ts";
import { UNKNOWN } from "../../ngrams/ngram-file.ts";
import { wordsOf } from "../../ngrams/ngram-words.ts";
import type { Pronunciations } from "./word-tree.ts";

/** What is asked of a lexicon. */
export interface SpokenWords {
  readonly size: number;
  readonly sha256: string;
  /** The number of a word in lower case; -1 if it is not there. */
  find(word: string): number;
  /** As in a text. */
  written(word: number): string;
  pronunciations(word: number): readonly ArrayLike<number>[];
  /** Of a word that is not there. */
  guess(word: string): readonly ArrayLike<number>[];
}

/** A word that a user adds. */
export interface AddedWord {
  /** As it is to be written. */
  readonly written: string;
  readonly pronunciations: readonly ArrayLike<number>[];
}

/** The first number that is a word's. */
const FIRST = UNKNOWN + 1;

export class Vocabulary {
  /** Numbers of the language model's words, its marks among them; added words have the numbers from here on. */
  readonly modelWords: number;
  readonly pronunciations: Pronunciations;
  private readonly lexicon: SpokenWords;
  /** By number less FIRST: the lexicon's number; or the word itself, where the language model has words of its own. */
  private readonly numbers: Uint32Array | null;
  private readonly names: readonly string[] | null;
  private readonly numberOf: ReadonlyMap<string, number> | null;
  private readonly added: readonly AddedWord[];

  private constructor(parts: {
    modelWords: number;
    pronunciations: Pronunciations;
    lexicon: SpokenWords;
    numbers: Uint32Array | null;
    names: readonly string[] | null;
    numberOf: ReadonlyMap<string, number> | null;
    added: readonly AddedWord[];
  }) {
    this.modelWords = parts.modelWords;
    this.pronunciations = parts.pronunciations;
    this.lexicon = parts.lexicon;
    this.numbers = parts.numbers;
    this.names = parts.names;
    this.numberOf = parts.numberOf;
    this.added = parts.added;
  }

  /** Errors: bad-model if the language model was made for another lexicon. */
  static of(ngrams: NgramFile, lexicon: SpokenWords): Vocabulary {
    const modelWords = ngrams.header.counts.words;
    const words = wordsOf(ngrams, lexicon);
    const collected = new Collected();
    const names = "names" in words ? words.names : null;
    const numbers = "numbers" in words ? words.numbers : null;
    for (let word = FIRST; word < modelWords; word++) {
      const number = numbers ? numbers[word - FIRST]! : lexicon.find(names![word - FIRST]!.toLowerCase());
      const pronunciations =
        number >= 0 ? lexicon.pronunciations(number) : lexicon.guess(names![word - FIRST]!.toLowerCase());
      for (const sounds of pronunciations) collected.add(word, sounds);
    }
    const numberOf = names && new Map(names.map((name, i) => [name.toLowerCase(), i + FIRST]));
    return new Vocabulary({
      modelWords,
      pronunciations: collected.all(),
      lexicon,
      numbers,
      names,
      numberOf,
      added: [],
    });
  }

  /** The same with more words. */
  with(added: readonly AddedWord[]): Vocabulary {
    const { modelWords, lexicon, numbers, names, numberOf } = this;
    const collected = new Collected(this.pronunciations);
    added.forEach(({ pronunciations }, i) => {
      for (const sounds of pronunciations) collected.add(modelWords + i, sounds);
    });
    return new Vocabulary({ modelWords, pronunciations: collected.all(), lexicon, numbers, names, numberOf, added });
  }

  /** The language model's number of a word in lower case; -1 if it has none. */
  find(word: string): number {
    if (this.numberOf) return this.numberOf.get(word) ?? -1;
    const number = this.lexicon.find(word);
    const { numbers } = this;
    if (number < 0 || !numbers) return -1;
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return numbers[low] === number ? low + FIRST : -1;
  }

  /** A word as it is written in a text. */
  written(word: number): string {
    if (word >= this.modelWords) return this.added[word - this.modelWords]!.written;
    if (this.numbers) return this.lexicon.written(this.numbers[word - FIRST]!);
    return this.names![word - FIRST]!;
  }
}

/** Pronunciations that are being collected. */
class Collected {
  private sounds: Uint8Array;
  private used: number;
  private readonly first: number[];
  private readonly word: number[];

  constructor(before?: Pronunciations) {
    this.sounds = new Uint8Array(before ? before.sounds.length + 4096 : 2 ** 19);
    this.used = before?.sounds.length ?? 0;
    if (before) this.sounds.set(before.sounds);
    this.first = before ? Array.from(before.first) : [0];
    this.word = before ? Array.from(before.word) : [];
  }

  add(word: number, sounds: ArrayLike<number>): void {
    if (sounds.length === 0) return;
    if (this.used + sounds.length > this.sounds.length) {
      const longer = new Uint8Array(2 * this.sounds.length + sounds.length);
      longer.set(this.sounds);
      this.sounds = longer;
    }
    this.sounds.set(sounds, this.used);
    this.used += sounds.length;
    this.first.push(this.used);
    this.word.push(word);
  }

  all(): Pronunciations {
    if (this.word.length === 0) {
      throw new FoldvoxError(
        "bad-model",
        "The language model has no word that can be pronounced. Give it a lexicon of its language.",
      );
    }
    return {
      sounds: this.sounds.slice(0, this.used),
      first: Uint32Array.from(this.first),
      word: Int32Array.from(this.word),
    };
  }
}
