// The words that dictation knows: those of the language model, pronounced as the lexicon says, and behind them those that users add.

import type { NgramFile } from "../../ngrams/ngram-file.ts";
import { UNKNOWN } from "../../ngrams/ngram-file.ts";
import { wordsOf } from "../../ngrams/ngram-words.ts";

/** What is asked of a lexicon. */
export interface SpokenWords {
  readonly size: number;
  readonly sha256: string;
  /** The number of a word in lower case; -1 if it is not there. */
  find(word: string): number;
  /** As in a text. */
  written(word: number): string;
  pronunciations(word: number): readonly ArrayLike<number>[];
  /** The token of a phoneme, as its file numbers it; undefined if it has no such phoneme. */
  tokenOf(phoneme: number): number | undefined;
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
  private readonly lexicon: SpokenWords;
  /** By number less FIRST: the lexicon's number; or the word itself, where the language model has words of its own. */
  private readonly numbers: Uint32Array | null;
  private readonly names: readonly string[] | null;
  private readonly numberOf: ReadonlyMap<string, number> | null;
  private readonly added: readonly AddedWord[];

  private constructor(parts: {
    modelWords: number;
    lexicon: SpokenWords;
    numbers: Uint32Array | null;
    names: readonly string[] | null;
    numberOf: ReadonlyMap<string, number> | null;
    added: readonly AddedWord[];
  }) {
    this.modelWords = parts.modelWords;
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
    const names = "names" in words ? words.names : null;
    const numbers = "numbers" in words ? words.numbers : null;
    const numberOf = names && new Map(names.map((name, i) => [name.toLowerCase(), i + FIRST]));
    return new Vocabulary({ modelWords, lexicon, numbers, names, numberOf, added: [] });
  }

  /** The same with more words. */
  with(added: readonly AddedWord[]): Vocabulary {
    const { modelWords, lexicon, numbers, names, numberOf } = this;
    return new Vocabulary({ modelWords, lexicon, numbers, names, numberOf, added });
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
