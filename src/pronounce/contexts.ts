// What a lexicon's trees may ask about the symbol to come. Reader and writer of a lexicon lay what they know out on a tape of bytes;
// a feature is a place on it, counted from where they stand.

import type { Features } from "./context-tree.ts";
import { LONGEST_WORD } from "./lexicon-limits.ts";

/** Before a word's first letter and behind its last; as a symbol, the end of a word. Real letters count from 1. */
export const NO_LETTER = 0;
/** Before the first chunk or phoneme, and where there is nothing to tell. */
export const NOTHING = 255;

/** Cells on either side of a word that features reach to. */
const MARGIN = 5;
const TRACK = LONGEST_WORD + 1 + 2 * MARGIN;

/** Tracks of the tape, side by side: letters; chunks or phonemes; the letters that differ from the word before; places. */
const SAID = TRACK;
const DIFFERENCE = 2 * TRACK;
const PLACE = 3 * TRACK;

/** Features of each tree, as cells counted from the cell where the letter stands. Those of `shared` count from the tape's begin. */
export const FEATURES = {
  // Of the word before: its length, letters that it shared with its own predecessor, its last two letters, letters of its own.
  shared: [0, 1, 2, 3, 4],
  // The letters before; the letter in whose place the first new letter stands, which comes later in the alphabet; the place.
  letters: [-1, -2, -3, -4, -5, DIFFERENCE, PLACE],
  // The word's length.
  counts: [0],
  // The letter, those around it, and the chunks before.
  chunks: [0, 1, -1, 2, -2, 3, -3, 4, SAID - 1, SAID - 2, SAID - 3],
  // The phonemes before, of a pronunciation that does not follow its letters.
  literals: [SAID - 1, SAID - 2],
} as const satisfies Record<string, Features>;

export type TreeName = keyof typeof FEATURES;

/** The tape of one word at a time. */
export class Tape {
  readonly cells = new Uint8Array(4 * TRACK);
  /** A few cells for trees that look at no letter. */
  readonly scratch = new Uint8Array(8);
  private length = 0;

  constructor() {
    this.cells.fill(NOTHING, SAID);
    for (let i = 0; i <= LONGEST_WORD; i++) this.cells[PLACE + MARGIN + i] = i;
  }

  /** The cell of a word's i-th letter. */
  at(i: number): number {
    return MARGIN + i;
  }

  /** Lays a word out, or the part of it that is known. */
  lay(letters: ArrayLike<number>, count = letters.length): void {
    for (let i = 0; i < count; i++) this.cells[MARGIN + i] = letters[i]!;
    for (let i = count; i < this.length; i++) this.cells[MARGIN + i] = NO_LETTER;
    this.length = count;
  }

  /** Adds a letter behind those that are known. */
  push(letter: number): void {
    this.cells[MARGIN + this.length++] = letter;
  }

  /** What the word before has in the place of the first letter that differs. */
  differ(i: number, letter: number): void {
    this.cells[DIFFERENCE + MARGIN + i] = letter;
  }

  /** Forgets that difference. */
  agree(i: number): void {
    this.cells[DIFFERENCE + MARGIN + i] = NOTHING;
  }

  /** The chunk of letter i, or the i-th phoneme. */
  say(i: number, symbol: number): void {
    this.cells[SAID + MARGIN + i] = symbol;
  }

  /** The letters laid out, as a copy. */
  word(): Uint8Array {
    return this.cells.slice(MARGIN, MARGIN + this.length);
  }

  /** What the tree `shared` asks, of the word laid out, which shared `shared` letters with its predecessor. */
  describe(shared: number): Uint8Array {
    const { length, cells, scratch } = this;
    scratch[0] = length;
    scratch[1] = shared;
    scratch[2] = cells[MARGIN + length - 1]!;
    scratch[3] = cells[MARGIN + length - 2]!;
    scratch[4] = length - shared;
    return scratch;
  }

  /** What the tree `counts` asks: the length of a word. */
  measure(length: number): Uint8Array {
    this.scratch[0] = length;
    return this.scratch;
  }
}
