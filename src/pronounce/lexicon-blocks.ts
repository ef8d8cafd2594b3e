// The blocks of a lexicon's file (lexicon-file.ts), unpacked as far as they are asked for.

import { partOf, u24 } from "../model/parts-file.ts";
import { ContextTree } from "./context-tree.ts";
import { FEATURES, NO_LETTER, Tape, type TreeName } from "./contexts.ts";
import type { LexiconFile, Part } from "./lexicon-file.ts";
import { BLOCK, LONGEST_WORD } from "./lexicon-limits.ts";
import { RangeDecoder } from "./range-decoder.ts";

/** What all blocks share: the trees, and the tape on which words are laid out. */
export class LexiconBlocks {
  readonly file: LexiconFile;
  readonly trees: Readonly<Record<TreeName, ContextTree>>;
  readonly tape = new Tape();

  constructor(file: LexiconFile) {
    this.file = file;
    const tree = (name: TreeName & Part) => new ContextTree(partOf(file, name), FEATURES[name]);
    this.trees = {
      shared: tree("shared"),
      letters: tree("letters"),
      counts: tree("counts"),
      chunks: tree("chunks"),
      literals: tree("literals"),
    };
  }

  open(number: number): LexiconBlock {
    const { bytes, header, places } = this.file;
    const end = (n: number) => places.blocks + (n < 0 ? 0 : u24(bytes, places.places + 3 * n));
    const decoder = new RangeDecoder(bytes, end(number - 1), end(number));
    return new LexiconBlock(number, Math.min(BLOCK, header.words - number * BLOCK), decoder, this);
  }
}

/** One block. Words come out in order, and pronunciations behind all of them. */
export class LexiconBlock {
  readonly number: number;
  /** Number of its words. */
  readonly size: number;
  private readonly decoder: RangeDecoder;
  private readonly common: LexiconBlocks;
  private readonly words: Uint8Array[] = [];
  private readonly counts: number[] = [];
  private readonly said: (readonly number[])[][] = [];
  /** Letters that the last word unpacked shares with the one before. */
  private shared = 0;

  constructor(number: number, size: number, decoder: RangeDecoder, common: LexiconBlocks) {
    this.number = number;
    this.size = size;
    this.decoder = decoder;
    this.common = common;
  }

  /** The numbers of the letters of its i-th word. */
  letters(i: number): Uint8Array {
    while (this.words.length <= i) this.unpackWord();
    return this.words[i]!;
  }

  /** The phonemes of each pronunciation of its i-th word. */
  pronunciations(i: number): readonly (readonly number[])[] {
    this.letters(this.size - 1);
    while (this.said.length <= i) {
      const word = this.said.length;
      this.common.tape.lay(this.words[word]!);
      this.said.push(Array.from({ length: this.counts[word]! }, () => this.unpackPronunciation(word)));
    }
    return this.said[i]!;
  }

  private unpackWord(): void {
    const { decoder } = this;
    const { tape, trees } = this.common;
    const previous = this.words.at(-1);
    if (previous) {
      tape.lay(previous);
      this.shared = Math.min(decoder.next(trees.shared, tape.describe(this.shared), 0), previous.length);
      tape.lay(previous, this.shared);
    } else tape.lay([]);
    const { shared } = this;
    tape.differ(shared, previous?.[shared] ?? NO_LETTER);
    for (let i = shared; i < LONGEST_WORD; i++) {
      const letter = decoder.next(trees.letters, tape.cells, tape.at(i));
      if (letter === NO_LETTER) break;
      tape.push(letter);
    }
    tape.agree(shared);
    const word = tape.word();
    this.words.push(word);
    this.counts.push(decoder.next(trees.counts, tape.measure(word.length), 0));
  }

  /** The next pronunciation of the word that is laid out. */
  private unpackPronunciation(word: number): number[] {
    const { decoder } = this;
    const { tape, trees, file } = this.common;
    const { chunks, phonemes } = file.header;
    const { length } = this.words[word]!;
    const said: number[] = [];
    for (let i = 0; i < length; i++) {
      const chunk = decoder.next(trees.chunks, tape.cells, tape.at(i));
      if (chunk === chunks.length) return this.unpackLiteral(phonemes.length);
      tape.say(i, chunk);
      const own = chunks[chunk]!;
      for (let k = 0; k < own.length; k++) said.push(own[k]!);
    }
    return said;
  }

  /** A pronunciation that does not follow the letters: phonemes up to an end. */
  private unpackLiteral(end: number): number[] {
    const { tape, trees } = this.common;
    const said: number[] = [];
    while (said.length < LONGEST_WORD) {
      const phoneme = this.decoder.next(trees.literals, tape.cells, tape.at(said.length));
      if (phoneme === end) break;
      tape.say(said.length, phoneme);
      said.push(phoneme);
    }
    return said;
  }
}
