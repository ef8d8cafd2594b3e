// The words of a language with their pronunciations, looked up in the bytes of a file (lexicon-file.ts) as they are: nothing is
// unpacked but the block of 32 words that a question falls into.
//
// A word's number is its place in the alphabetical list, from 0 to size - 1, and stays the same as long as the file does. A
// pronunciation is a list of numbers of phonemes: indices of `phonemes`, or whatever the caller's token list calls them.

import { FoldvoxError } from "../errors.ts";
import { ContextTree, u24 } from "./context-tree.ts";
import { letterContext, literalContext, sharedContext, chunkContext } from "./contexts.ts";
import { LettersToSounds } from "./letters-to-sounds.ts";
import { BLOCK, type LexiconFile, type LexiconHeader, LONGEST_WORD, readLexiconFile } from "./lexicon-file.ts";
import { RangeDecoder } from "./range-decoder.ts";
import { writtenIn } from "./written.ts";

/** Guesses that are told: at most so many, each at least so likely beside the best. */
const MOST_GUESSES = 3;
const LEAST_SHARE = 0.2;

/** A word of a block, as numbers of letters, and its pronunciations. */
interface Entry {
  readonly letters: Uint8Array;
  readonly pronunciations: readonly Uint16Array[];
}

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
  /** The symbols that numbers of phonemes stand for: the model's tokens, or the lexicon's own list. */
  readonly phonemes: readonly string[];

  private readonly file: LexiconFile;
  /** The number that callers know each phoneme by. */
  private readonly tokens: Uint16Array;
  private readonly letterNumbers: ReadonlyMap<string, number>;
  private readonly trees: Readonly<Record<"shared" | "letters" | "counts" | "chunks" | "literals", ContextTree>>;
  private readonly network: LettersToSounds | null;
  private readonly features = new Uint8Array(16);
  /** The block that was unpacked last. */
  private block = -1;
  private entries: Entry[] = [];

  /** @internal */
  constructor(file: LexiconFile, tokens: Uint16Array, phonemes: readonly string[]) {
    this.file = file;
    this.header = file.header;
    this.phonemes = phonemes;
    this.size = file.header.words;
    this.bytes = file.bytes.length;
    this.tokens = tokens;
    this.letterNumbers = new Map(Array.from(file.header.letters, (letter, i) => [letter, i + 1]));
    const tree = (part: "shared" | "letters" | "counts" | "chunks" | "literals") =>
      new ContextTree(file.bytes, file.places[part]);
    this.trees = {
      shared: tree("shared"),
      letters: tree("letters"),
      counts: tree("counts"),
      chunks: tree("chunks"),
      literals: tree("literals"),
    };
    const { letters, chunks, width, parts } = file.header;
    const sounds = file.bytes.subarray(file.places.sounds, file.places.sounds + parts.sounds);
    const shape = { letters: letters.length, chunks: chunks.length, width };
    this.network = width === 0 ? null : new LettersToSounds(sounds, shape);
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
    const at = this.unpack(low).findIndex((entry) => order(entry.letters, letters) === 0);
    return at < 0 ? -1 : low * BLOCK + at;
  }

  /** A word by its number, in lower case. */
  spelling(word: number): string {
    return Array.from(this.entry(word).letters, (letter) => this.header.letters[letter - 1]).join("");
  }

  /** A word by its number as it is written in a text: "London", "TV", "house". */
  written(word: number): string {
    const kind = (this.file.bytes[this.file.places.cases + (word >> 2)]! >> (2 * (word & 3))) & 3;
    return writtenIn(kind, this.spelling(word));
  }

  /** A word's pronunciations, the most usual first. */
  pronunciations(word: number): readonly Uint16Array[] {
    return this.entry(word).pronunciations;
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
      const phonemes = chunks.flatMap((chunk) => this.header.chunks[chunk]!);
      const tokens = Uint16Array.from(phonemes, (phoneme) => this.tokens[phoneme]!);
      const key = tokens.join(" ");
      found.set(key, { tokens, probability: probability + (found.get(key)?.probability ?? 0) });
    }
    const sorted = [...found.values()].filter(({ tokens }) => tokens.length > 0);
    sorted.sort((a, b) => b.probability - a.probability);
    return sorted
      .filter(({ probability }, i) => i < MOST_GUESSES && probability >= LEAST_SHARE * sorted[0]!.probability)
      .map(({ tokens }) => tokens);
  }

  private entry(word: number): Entry {
    if (!(Number.isInteger(word) && word >= 0 && word < this.size)) {
      throw new FoldvoxError("bad-argument", `The lexicon has no word ${word}; its words are 0 to ${this.size - 1}.`);
    }
    return this.unpack(Math.floor(word / BLOCK))[word % BLOCK]!;
  }

  private decoder(block: number): RangeDecoder {
    const { bytes, places } = this.file;
    const end = (n: number) => (n < 0 ? 0 : u24(bytes, places.places + 3 * n));
    return new RangeDecoder(bytes, places.blocks + end(block - 1), places.blocks + end(block));
  }

  private firstOf(block: number): ArrayLike<number> {
    return block === this.block ? this.entries[0]!.letters : this.decodeLetters(this.decoder(block), [], 0);
  }

  private unpack(block: number): readonly Entry[] {
    if (block === this.block) return this.entries;
    const decoder = this.decoder(block);
    const { shared: sharing, counts } = this.trees;
    this.entries = [];
    let letters: number[] = [];
    let shared = 0;
    for (let word = block * BLOCK; word < Math.min(this.size, (block + 1) * BLOCK); word++) {
      const isFirst = this.entries.length === 0;
      shared = isFirst ? 0 : decoder.next(sharing, sharedContext(letters, shared, this.features));
      letters = this.decodeLetters(decoder, letters, shared);
      this.features[0] = letters.length;
      const count = decoder.next(counts, this.features);
      const pronunciations = Array.from({ length: count }, () => this.decodePronunciation(decoder, letters));
      this.entries.push({ letters: Uint8Array.from(letters), pronunciations });
    }
    this.block = block;
    return this.entries;
  }

  /** A word of which `shared` letters are those of the word before it. */
  private decodeLetters(decoder: RangeDecoder, previous: readonly number[], shared: number): number[] {
    const letters = previous.slice(0, shared);
    while (letters.length < LONGEST_WORD) {
      const context = letterContext(letters, letters.length, previous, shared, this.features);
      const letter = decoder.next(this.trees.letters, context);
      if (letter === 0) break;
      letters.push(letter);
    }
    return letters;
  }

  private decodePronunciation(decoder: RangeDecoder, letters: readonly number[]): Uint16Array {
    const { chunks } = this.header;
    const tokens: number[] = [];
    const said: number[] = [];
    for (let i = 0; i < letters.length; i++) {
      const chunk = decoder.next(this.trees.chunks, chunkContext(letters, i, said, this.features));
      if (chunk === chunks.length) return this.decodeLiteral(decoder);
      said.push(chunk);
      for (const phoneme of chunks[chunk]!) tokens.push(this.tokens[phoneme]!);
    }
    return Uint16Array.from(tokens);
  }

  /** A pronunciation that does not follow the letters. */
  private decodeLiteral(decoder: RangeDecoder): Uint16Array {
    const phonemes: number[] = [];
    while (phonemes.length < LONGEST_WORD) {
      const phoneme = decoder.next(this.trees.literals, literalContext(phonemes, phonemes.length, this.features));
      if (phoneme === this.header.phonemes.length) break;
      phonemes.push(phoneme);
    }
    return Uint16Array.from(phonemes, (phoneme) => this.tokens[phoneme]!);
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
