// The file of a lexicon: what its header says, and the places of its parts. Everything that the reader later trusts is checked here.
//
// Its frame is that of model/parts-file.ts. The parts:
//
// levels     a number of four bits for each word: which of the header's `levels` its frequency is, two to a byte, the first in the low bits
// cases      two bits for each word: how it is written (written.ts), four to a byte
// shared, letters, counts, chunks, literals   the context trees (context-tree.ts) of what the blocks hold
// places     where each block ends, u24, counted from the first block
// blocks     words in alphabetical order, 32 a block, each block range-coded by itself: first of all its words the letters shared with
//            the word before, the letters that follow up to an end, and the number of pronunciations; then of each pronunciation the
//            chunk of phonemes of each letter, or an escape and phonemes up to an end
// sounds     the network for other words (letters-to-sounds.ts), or nothing

import { shown } from "../errors.ts";
import {
  isCount,
  type PartsFile,
  type PartsFormat,
  partOf,
  readParts,
  u24,
  wrong as wrongIn,
} from "../model/parts-file.ts";
import { problemOfTree } from "./context-tree.ts";
import { FEATURES, type TreeName } from "./contexts.ts";
import { soundsBytes } from "./letters-to-sounds.ts";
import { BLOCK, LONGEST_WORD, MOST_PRONUNCIATIONS } from "./lexicon-limits.ts";

export const LEXICON_MAGIC = "foldvoxl";
export const LEXICON_VERSION = 1;
export const PARTS = [
  "levels",
  "cases",
  "shared",
  "letters",
  "counts",
  "chunks",
  "literals",
  "places",
  "blocks",
  "sounds",
] as const;
export type Part = (typeof PARTS)[number];

/** What the lexicon says of itself. */
export interface LexiconHeader {
  readonly version: number;
  readonly language: string;
  readonly licence: string;
  readonly attribution: readonly string[];
  readonly words: number;
  /** The letters that words are made of, in the order by which words are sorted. */
  readonly letters: string;
  readonly phonemes: readonly string[];
  /** What one letter may stand for: indices of phonemes. */
  readonly chunks: readonly (readonly number[])[];
  /** Natural logarithm of the mean probability of a word of each level, the most frequent first. */
  readonly levels: readonly number[];
  /** Width of the network for words that are not listed; 0 without one. */
  readonly width: number;
  /** Bytes of each part. */
  readonly parts: Readonly<Record<Part, number>>;
}

/** A checked file. */
export type LexiconFile = PartsFile<Part, LexiconHeader>;

const FORMAT: PartsFormat<Part, LexiconHeader> = {
  magic: LEXICON_MAGIC,
  version: LEXICON_VERSION,
  parts: PARTS,
  name: "lexicon",
  advice: "Get it anew; it must be the one that came with its model.",
  versionAdvice: "Use the lexicon that came with the model.",
  checkHeader,
};

const wrong = (problem: string) => wrongIn(FORMAT, problem);

const isTexts = (value: unknown, most: number): value is string[] =>
  Array.isArray(value) && value.length <= most && value.every((text) => typeof text === "string");

/** The header, checked field by field. Errors: bad-model. */
function checkHeader(header: LexiconHeader): void {
  const { words, letters, phonemes, chunks, levels, width, language, licence, attribution } = header;
  if (typeof language !== "string" || typeof licence !== "string" || !isTexts(attribution, 256)) {
    throw wrong("does not tell its language, licence and attribution");
  }
  if (!isCount(words, 1, 2 ** 22)) throw wrong(`has ${shown(words)} words`);
  if (typeof letters !== "string" || !isCount(letters.length, 1, 200) || new Set(letters).size !== letters.length) {
    throw wrong("has no alphabet of 1 to 200 different letters");
  }
  if (!isTexts(phonemes, 250) || phonemes.length === 0 || new Set(phonemes).size !== phonemes.length) {
    throw wrong("has no list of 1 to 250 different phonemes");
  }
  const isChunk = (chunk: unknown) =>
    Array.isArray(chunk) && chunk.length <= 4 && chunk.every((phoneme) => isCount(phoneme, 0, phonemes.length - 1));
  if (!Array.isArray(chunks) || !isCount(chunks.length, 1, 250) || !chunks.every(isChunk)) {
    throw wrong("has no list of 1 to 250 chunks of up to 4 phonemes");
  }
  if (!Array.isArray(levels) || levels.length !== 16 || !levels.every((level) => Number.isFinite(level))) {
    throw wrong("has no list of 16 levels of frequency");
  }
  if (!isCount(width, 0, 1024)) throw wrong("does not tell the width of its network");
}

/** Trees whose nodes stay within their bytes, and blocks that do. Errors: bad-model. */
function checkParts(file: LexiconFile): void {
  const { bytes, header, places } = file;
  const { words, letters, phonemes, chunks, width, parts } = header;
  const blocks = Math.ceil(words / BLOCK);
  const lengths = {
    levels: Math.ceil(words / 2),
    cases: Math.ceil(words / 4),
    places: 3 * blocks,
    sounds: width === 0 ? 0 : soundsBytes({ letters: letters.length, chunks: chunks.length, width }),
  };
  for (const [part, length] of Object.entries(lengths)) {
    if (parts[part as Part] !== length) throw wrong(`has a part "${part}" that does not fit its ${words} words`);
  }
  const symbols = {
    shared: LONGEST_WORD + 1,
    letters: letters.length + 1,
    counts: MOST_PRONUNCIATIONS + 1,
    chunks: chunks.length + 1,
    literals: phonemes.length + 1,
  };
  for (const tree of Object.keys(symbols) as TreeName[]) {
    const shape = { symbols: symbols[tree], features: FEATURES[tree].length };
    const problem = problemOfTree(partOf(file, tree), shape);
    if (problem) throw wrong(`has a tree "${tree}" that ${problem}`);
  }
  let end = 0;
  for (let block = 0; block < blocks; block++) {
    const next = u24(bytes, places.places + 3 * block);
    if (next < end) throw wrong(`has a block ${block} that ends before it begins`);
    end = next;
  }
  if (end !== parts.blocks) throw wrong("has blocks that do not end where their part does");
}

/** Reads and checks a lexicon's bytes, which are kept. Errors: bad-model, model-version, model-truncated, model-corrupt. */
export function readLexiconFile(bytes: Uint8Array): LexiconFile {
  const file = readParts(FORMAT, bytes);
  checkParts(file);
  return file;
}
