// The file of an n-gram model: what its header says, and the places of its parts. Everything that the reader later trusts is
// checked here. Up to three words; n-grams are laid out as a trie that is searched in place.
//
// Its frame is that of model/parts-file.ts. The parts:
//
// words       either a bit for each word of a lexicon, set if the model has it (the header's `lexicon` tells its checksum), or the
//             words themselves, UTF-8, each followed by a line feed. Numbers 0, 1 and 2 are <s>, </s> and <unk>; words follow in order
// tables      natural logarithms that codes stand for: five tables of 256 f32, for PROBABILITY1 ... BACKOFF2 below
// unigrams    of each word: code of its probability, code of its back-off weight
// firsts      of each word, and once more for the end: number of its first context, number of its first leaf; u24 each
// contexts    bigrams that begin trigrams, sorted by first and second word: second word (u16), codes of probability and back-off
//             weight, number of the first trigram (u24); and once more the last of these for the end, in a record of its own
// leaves      the other bigrams, sorted by first and second word: second word (u16), code of the probability
// trigrams    sorted by context and third word: third word (u16), code of the probability
// tree        where the words are a lexicon's: how they are pronounced, as packed-tree.ts says; else empty

import { shown } from "../errors.ts";
import {
  isCount,
  type PartsFile,
  type PartsFormat,
  partOf,
  readParts,
  u16,
  u24,
  wrong as wrongIn,
} from "../model/parts-file.ts";
import type { WordTree } from "../pronounce/word-tree.ts";
import { unpackTree } from "./packed-tree.ts";

export const NGRAM_MAGIC = "foldvoxn";
export const NGRAM_VERSION = 2;

export const PARTS = ["words", "tables", "unigrams", "firsts", "contexts", "leaves", "trigrams", "tree"] as const;
export type Part = (typeof PARTS)[number];

/** Bytes of a record. */
export const RECORD = { unigrams: 2, firsts: 6, contexts: 7, leaves: 3, trigrams: 3 } as const;
/** The numbers of what is no word. */
export const START = 0;
export const END = 1;
export const UNKNOWN = 2;
/** Words and marks that a model may hold: their numbers are u16. */
export const MOST_WORDS = 65536;
/** Tables of 256 codes. */
export const PROBABILITY1 = 0;
export const BACKOFF1 = 1;
export const PROBABILITY2 = 2;
export const BACKOFF2 = 3;
export const PROBABILITY3 = 4;
export const TABLES = 5;

/** What the model says of itself. */
export interface NgramHeader {
  readonly version: number;
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly attribution: readonly string[];
  /** Words and marks, bigrams that begin trigrams, other bigrams, trigrams; nodes of the tree, and words that end in them. */
  readonly counts: {
    readonly words: number;
    readonly contexts: number;
    readonly leaves: number;
    readonly trigrams: number;
    readonly nodes: number;
    readonly endings: number;
  };
  /** Of the lexicon whose words these are, as hexadecimal digits; null where the file holds the words themselves. */
  readonly lexicon: string | null;
  /** Bytes of each part. */
  readonly parts: Readonly<Record<Part, number>>;
}

/** No logarithm is larger than this, up or down. */
const LARGEST = 10_000;

type Frame = PartsFile<Part, NgramHeader>;

/** A checked file. */
export interface NgramFile extends Frame {
  /** How its words are pronounced, as their lexicon numbers phonemes; null where the file holds the words themselves. */
  readonly tree: WordTree | null;
}

const FORMAT: PartsFormat<Part, NgramHeader> = {
  magic: NGRAM_MAGIC,
  version: NGRAM_VERSION,
  parts: PARTS,
  name: "language model",
  advice: "Get it anew, or convert it again.",
  versionAdvice: "Get the file that belongs to this release, or make it anew: foldvox convert arpa.",
  checkHeader,
};

const wrong = (problem: string) => wrongIn(FORMAT, problem);

/** The header, checked field by field. Errors: bad-model. */
function checkHeader(header: NgramHeader): void {
  const { name, language, licence, attribution, counts, lexicon, parts } = header;
  const texts = [name, language, licence, ...(Array.isArray(attribution) ? attribution.slice(0, 256) : [null])];
  if (!texts.every((text) => typeof text === "string")) {
    throw wrong("does not tell its name, language, licence and attribution");
  }
  if (lexicon !== null && !/^[0-9a-f]{64}$/.test(String(lexicon))) throw wrong("does not tell whose words it has");
  const { words, contexts, leaves, trigrams, nodes, endings } = Object(counts);
  if (!isCount(words, UNKNOWN + 2, MOST_WORDS)) throw wrong(`has ${shown(words)} words`);
  for (const count of [contexts, leaves, trigrams, nodes, endings]) {
    if (!isCount(count, 0, 2 ** 24 - 1)) throw wrong(`has ${shown(count)} n-grams of a kind`);
  }
  const lengths = {
    words: Object(parts).words,
    tables: 4 * 256 * TABLES,
    unigrams: RECORD.unigrams * words,
    firsts: RECORD.firsts * (words + 1),
    contexts: RECORD.contexts * (contexts + 1),
    leaves: RECORD.leaves * leaves,
    trigrams: RECORD.trigrams * trigrams,
    tree: lexicon === null ? 0 : Object(parts).tree,
  };
  if (!isCount(lengths.words, 1, 2 ** 24)) throw wrong("does not tell the length of its words");
  if (!isCount(lengths.tree, 0, 2 ** 24)) throw wrong("does not tell the length of its tree");
  for (const part of PARTS) {
    if (Object(parts)[part] !== lengths[part]) throw wrong(`has a part "${part}" that does not fit its counts`);
  }
}

/** Numbers that lead into other parts: none goes back, the last is the end. Errors: bad-model. */
function checkPointers(bytes: Uint8Array, place: number, record: number, records: number, end: number): void {
  let before = 0;
  for (let i = 0; i < records; i++) {
    const pointer = u24(bytes, place + record * i);
    if (pointer < before) throw wrong("points back within its n-grams");
    before = pointer;
  }
  if (before !== end || u24(bytes, place) !== 0) throw wrong("does not point to all of its n-grams");
}

/** Errors: bad-model. */
function checkWords(bytes: Uint8Array, place: number, record: number, records: number, words: number): void {
  for (let i = 0; i < records; i++) {
    if (u16(bytes, place + record * i) >= words) throw wrong("has an n-gram of a word that it does not have");
  }
}

/** Errors: bad-model. */
function checkParts({ bytes, header, places }: Frame): void {
  const { words, contexts, leaves, trigrams } = header.counts;
  checkPointers(bytes, places.firsts, RECORD.firsts, words + 1, contexts);
  checkPointers(bytes, places.firsts + 3, RECORD.firsts, words + 1, leaves);
  checkPointers(bytes, places.contexts + 4, RECORD.contexts, contexts + 1, trigrams);
  checkWords(bytes, places.contexts, RECORD.contexts, contexts, words);
  checkWords(bytes, places.leaves, RECORD.leaves, leaves, words);
  checkWords(bytes, places.trigrams, RECORD.trigrams, trigrams, words);
  const view = new DataView(bytes.buffer, bytes.byteOffset + places.tables, header.parts.tables);
  for (let i = 0; i < view.byteLength; i += 4) {
    if (!(Math.abs(view.getFloat32(i, true)) <= LARGEST)) throw wrong("has a probability that is none");
  }
}

/** Reads and checks the bytes of a model, which are kept. Errors: bad-model, model-version, model-truncated, model-corrupt. */
export function readNgramFile(bytes: Uint8Array): NgramFile {
  const file = readParts(FORMAT, bytes);
  checkParts(file);
  const { counts, lexicon } = file.header;
  const words = [UNKNOWN + 1, counts.words - 1] as const;
  const tree = lexicon === null ? null : unpackTree(partOf(file, "tree"), counts, words, wrong);
  return { ...file, tree };
}
