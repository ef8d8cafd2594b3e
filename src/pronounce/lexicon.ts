// The words of a language with their pronunciations, looked up in the bytes of a file (lexicon-file.ts) as they are: nothing is
// unpacked but the block of 32 words that a question falls into.
//
// A word's number is its place in the alphabetical list, from 0 to size - 1, and stays the same as long as the file does. A
// pronunciation is a list of numbers of phonemes: indices of `phonemes`, or whatever the caller's token list calls them.

import { FoldvoxError } from "../errors.ts";
import { partOf } from "../model/parts-file.ts";
import { LettersToSounds } from "./letters-to-sounds.ts";
import { type LexiconBlock, LexiconBlocks } from "./lexicon-blocks.ts";
import { type LexiconFile, type LexiconHeader, readLexiconFile } from "./lexicon-file.ts";
import { BLOCK, LONGEST_WORD } from "./lexicon-limits.ts";
import { writtenIn } from "./written.ts";

/** Guesses that are told: at most so many, each at least so likely beside the best. */
const MOST_GUESSES = 3;
const LEAST_SHARE = 0.2;

/** How two words of numbers of letters are sorted: below 0 if `a` comes first. */
function order(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** What may be asked of a lexicon. Made by readLexicon. */
export class Lexicon {
  readonly header: LexiconHeader;
  /** Number of words. */
  readonly size: number;
  /** Bytes that it keeps. */
  readonly bytes: number;
  /** The checksum that its file tells, as hexadecimal digits. */
  readonly sha256: string;
  /** The symbols that numbers of phonemes stand for: the model's tokens, or the lexicon's own list. */
  readonly phonemes: readonly string[];

  private readonly file: LexiconFile;
  /** The number that callers know each phoneme by. */
  private readonly tokens: Uint16Array;
  private readonly letterNumbers: ReadonlyMap<string, number>;
  private readonly blocks: LexiconBlocks;
  private readonly network: LettersToSounds | null;
  /** The block that was opened last. */
  private block: LexiconBlock | null = null;

  /** @internal */
  constructor(file: LexiconFile, tokens: Uint16Array, phonemes: readonly string[]) {
    this.file = file;
    this.header = file.header;
    this.phonemes = phonemes;
    this.size = file.header.words;
    this.bytes = file.bytes.length;
    this.sha256 = Array.from(file.bytes.subarray(8, 40), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.tokens = tokens;
    this.letterNumbers = new Map(Array.from(file.header.letters, (letter, i) => [letter, i + 1]));
    this.blocks = new LexiconBlocks(file);
    const { letters, chunks, width } = file.header;
    const shape = { letters: letters.length, chunks: chunks.length, width };
    this.network = width === 0 ? null : new LettersToSounds(partOf(file, "sounds"), shape);
  }

  /** The numbers of a word's letters; null if one is not in the alphabet. */
  lettersOf(word: string): Uint8Array | null {
    const letters = new Uint8Array(word.length);
    for (let i = 0; i < word.length; i++) {
      const letter = this.letterNumbers.get(word[i]!);
      if (letter === undefined) return null;
      letters[i] = letter;
    }
    return letters;
  }

  /** The number of a word in lower case; -1 if it is not there. */
  find(word: string): number {
    if (word === "" || word.length > LONGEST_WORD) return -1;
    const letters = this.lettersOf(word);
    if (!letters) return -1;
    let low = 0;
    let high = Math.ceil(this.size / BLOCK) - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (order(this.firstOf(middle), letters) <= 0) low = middle;
      else high = middle - 1;
    }
    const block = this.open(low);
    for (let i = 0; i < block.size; i++) if (order(block.letters(i), letters) === 0) return low * BLOCK + i;
    return -1;
  }

  /** A word by its number, in lower case. */
  spelling(word: number): string {
    const letters = this.blockOf(word).letters(word % BLOCK);
    return Array.from(letters, (letter) => this.header.letters[letter - 1]).join("");
  }

  /** A word by its number as it is written in a text: "London", "TV", "house". */
  written(word: number): string {
    const kind = (this.file.bytes[this.file.places.cases + (word >> 2)]! >> (2 * (word & 3))) & 3;
    return writtenIn(kind, this.spelling(word));
  }

  /** A word's pronunciations, the most usual first. */
  pronunciations(word: number): readonly Uint16Array[] {
    return this.phonemesOf(word).map((phonemes) => this.tokensOf(phonemes));
  }

  /** The same, as the file numbers phonemes. */
  phonemesOf(word: number): readonly (readonly number[])[] {
    return this.blockOf(word).pronunciations(word % BLOCK);
  }

  /** The number that callers know a phoneme of the file by; undefined if the file has no such phoneme. */
  tokenOf(phoneme: number): number | undefined {
    return this.tokens[phoneme];
  }

  /** How frequent a word is: 0 for the most frequent ones to 15 for the rarest. */
  level(word: number): number {
    return (this.file.bytes[this.file.places.levels + (word >> 1)]! >> (4 * (word & 1))) & 15;
  }

  /** Natural logarithm of a word's probability, as the mean over the words of its level. */
  logProbability(word: number): number {
    return this.header.levels[this.level(word)]!;
  }

  /**
   * The numbers of the `count` most frequent words, in ascending order, by which they are fastest to walk. Words of the last
   * level that does not fit whole are taken in alphabetical order.
   */
  mostFrequent(count: number): Uint32Array {
    const sizes = new Uint32Array(16);
    for (let word = 0; word < this.size; word++) sizes[this.level(word)]!++;
    let left = Math.min(count, this.size);
    const taken = sizes.map((size) => {
      const take = Math.min(size, left);
      left -= take;
      return take;
    });
    const words = new Uint32Array(Math.min(count, this.size));
    let at = 0;
    for (let word = 0; word < this.size; word++) {
      const level = this.level(word);
      if (taken[level] === 0) continue;
      taken[level]!--;
      words[at++] = word;
    }
    return words;
  }

  /**
   * Pronunciations of a word that is not listed, guessed from its letters, the likeliest first. Empty if a letter is not in the
   * alphabet, or if the lexicon has no network for it.
   */
  guess(word: string): readonly Uint16Array[] {
    const letters = this.lettersOf(word);
    if (!letters || letters.length === 0 || !this.network) return [];
    const found = new Map<string, { tokens: Uint16Array; probability: number }>();
    for (const { chunks, probability } of this.network.candidates(letters)) {
      const tokens = this.tokensOf(chunks.flatMap((chunk) => this.header.chunks[chunk]!));
      const key = tokens.join(" ");
      found.set(key, { tokens, probability: probability + (found.get(key)?.probability ?? 0) });
    }
    const sorted = [...found.values()].filter(({ tokens }) => tokens.length > 0);
    sorted.sort((a, b) => b.probability - a.probability);
    return sorted
      .filter(({ probability }, i) => i < MOST_GUESSES && probability >= LEAST_SHARE * sorted[0]!.probability)
      .map(({ tokens }) => tokens);
  }

  /** Opens the block that a word is in. Errors: bad-argument. */
  private blockOf(word: number): LexiconBlock {
    if (!(Number.isInteger(word) && word >= 0 && word < this.size)) {
      throw new FoldvoxError("bad-argument", `The lexicon has no word ${word}; its words are 0 to ${this.size - 1}.`);
    }
    return this.open(Math.floor(word / BLOCK));
  }

  private firstOf(number: number): Uint8Array {
    return (this.block?.number === number ? this.block : this.blocks.open(number)).letters(0);
  }

  private tokensOf(phonemes: readonly number[]): Uint16Array {
    return Uint16Array.from(phonemes, (phoneme) => this.tokens[phoneme]!);
  }

  private open(number: number): LexiconBlock {
    if (this.block?.number !== number) this.block = this.blocks.open(number);
    return this.block;
  }
}

/**
 * Reads a lexicon from the bytes of its file, which are kept and must not be changed. With `tokens`, a model's token list,
 * pronunciations come as indices of that; every phoneme must be among them.
 * Errors: bad-model, model-version, model-truncated, model-corrupt.
 */
export function readLexicon(bytes: Uint8Array, tokens?: readonly string[]): Lexicon {
  const file = readLexiconFile(bytes);
  const { phonemes } = file.header;
  const numbers = phonemes.map((phoneme) => (tokens ?? phonemes).indexOf(phoneme));
  const missing = phonemes.filter((_, i) => numbers[i]! < 0);
  if (missing.length > 0) {
    throw new FoldvoxError(
      "bad-model",
      `The lexicon's phonemes ${missing.join(" ")} are not among the model's tokens. Use the lexicon that came with the model.`,
    );
  }
  return new Lexicon(file, Uint16Array.from(numbers), tokens ?? phonemes);
}
