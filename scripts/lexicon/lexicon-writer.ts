// Writes a lexicon's file (src/pronounce/lexicon-file.ts) from words with pronunciations.

import { writeParts } from "../../src/model/parts-file.ts";
import { ContextTree } from "../../src/pronounce/context-tree.ts";
import { FEATURES, NO_LETTER, Tape, type TreeName } from "../../src/pronounce/contexts.ts";
import {
  LEXICON_MAGIC,
  LEXICON_VERSION,
  type LexiconHeader,
  PARTS,
  type Part,
} from "../../src/pronounce/lexicon-file.ts";
import { BLOCK, LONGEST_WORD, MOST_PRONUNCIATIONS } from "../../src/pronounce/lexicon-limits.ts";
import { alignWords } from "./align-words.ts";
import { TreeGrower } from "./grow-tree.ts";
import { RangeEncoder } from "./range-encoder.ts";

/** A word of the list. */
export interface ListedWord {
  /** In lower case. */
  readonly word: string;
  /** The most usual first. */
  readonly pronunciations: readonly (readonly string[])[];
  /** Of 16 levels of frequency, 0 the most frequent. */
  readonly level: number;
  /** A kind of src/pronounce/written.ts. */
  readonly kind: number;
}

/** What the header tells beside the words. */
export type About = Pick<LexiconHeader, "language" | "licence" | "attribution" | "levels" | "phonemes">;

/** Is told each symbol and the place on the tape where it is to come. */
type Sink = (tree: TreeName, tape: Uint8Array, at: number, symbol: number) => void;

/** Alphabet of a list: its characters in order of their code. */
export const lettersIn = (words: readonly ListedWord[]) =>
  [...new Set(words.flatMap(({ word }) => [...word]))].sort().join("");

/** Words as numbers, ready to be written. */
interface Prepared {
  readonly letters: Uint8Array;
  /** Of each pronunciation: chunks, or phonemes where it does not follow the letters. */
  readonly said: readonly { readonly chunks: readonly number[] | null; readonly phonemes: Uint8Array }[];
}

/** Tells every symbol of a block in the order in which the reader asks for them. */
function walkBlock(words: readonly Prepared[], chunks: number, phonemes: number, sink: Sink): void {
  const tape = new Tape();
  let previous: Uint8Array | null = null;
  let shared = 0;
  for (const { letters, said } of words) {
    tape.lay(previous ?? []);
    const before = shared;
    shared = 0;
    while (previous && shared < previous.length && letters[shared] === previous[shared]) shared++;
    if (previous) sink("shared", tape.describe(before), 0, shared);
    tape.lay(letters, shared);
    tape.differ(shared, previous?.[shared] ?? NO_LETTER);
    for (let i = shared; i <= Math.min(letters.length, LONGEST_WORD - 1); i++) {
      sink("letters", tape.cells, tape.at(i), letters[i] ?? NO_LETTER);
      if (i < letters.length) tape.push(letters[i]!);
    }
    tape.agree(shared);
    sink("counts", tape.measure(letters.length), 0, said.length);
    previous = letters;
  }
  for (const { letters, said } of words) {
    tape.lay(letters);
    for (const one of said) {
      const symbols = one.chunks ?? [];
      symbols.forEach((chunk, i) => {
        sink("chunks", tape.cells, tape.at(i), chunk);
        tape.say(i, chunk);
      });
      if (one.chunks) continue;
      sink("chunks", tape.cells, tape.at(0), chunks);
      for (let i = 0; i <= Math.min(one.phonemes.length, LONGEST_WORD - 1); i++) {
        sink("literals", tape.cells, tape.at(i), one.phonemes[i] ?? phonemes);
        tape.say(i, one.phonemes[i] ?? phonemes);
      }
    }
  }
}

/** Collects examples for the trees. */
class ExampleCollector {
  private readonly rows: Record<TreeName, number[]> = { shared: [], letters: [], counts: [], chunks: [], literals: [] };

  readonly take: Sink = (tree, tape, at, symbol) => {
    const rows = this.rows[tree];
    for (const feature of FEATURES[tree]) rows.push(tape[at + feature]!);
    rows.push(symbol);
  };

  tree(name: TreeName): Uint8Array {
    const rows = this.rows[name];
    const width = FEATURES[name].length + 1;
    // A lexicon may have no example of a kind, but every tree has a symbol.
    if (rows.length === 0) return Uint8Array.of(255, 1, 0, 1);
    const column = (f: number) => Uint8Array.from({ length: rows.length / width }, (_, i) => rows[i * width + f]!);
    const columns = Array.from({ length: width - 1 }, (_, f) => column(f));
    return new TreeGrower({ columns, symbols: column(width - 1) }).grow();
  }
}

/** Packs small numbers of `bits` bits each, the first in the lowest. */
function packed(values: readonly number[], bits: number): Uint8Array {
  const each = 8 / bits;
  const bytes = new Uint8Array(Math.ceil(values.length / each));
  values.forEach((value, i) => {
    bytes[Math.floor(i / each)]! |= value << (bits * (i % each));
  });
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A trained network (src/pronounce/letters-to-sounds.ts), with its bytes as they are in the file. */
export interface Sounds {
  readonly width: number;
  readonly bytes: Uint8Array;
}

/** The bytes of a lexicon of these words, which need not be sorted. */
export function writeLexicon(
  list: readonly ListedWord[],
  about: About,
  sounds: Sounds = { width: 0, bytes: new Uint8Array() },
): Uint8Array {
  const letters = lettersIn(list);
  const sorted = [...list].sort((a, b) => (a.word < b.word ? -1 : 1));
  for (const { word, pronunciations } of sorted) {
    if (word.length > LONGEST_WORD || pronunciations.length > MOST_PRONUNCIATIONS)
      throw new Error(`${word} is too much.`);
  }
  const { chunks, aligned } = alignWords(sorted, letters, about.phonemes);
  const prepared = sorted.map(
    ({ word, pronunciations }, n): Prepared => ({
      letters: Uint8Array.from(word, (letter) => letters.indexOf(letter) + 1),
      said: pronunciations.map((symbols, p) => ({
        chunks: aligned[n]![p]!,
        phonemes: Uint8Array.from(symbols, (symbol) => about.phonemes.indexOf(symbol)),
      })),
    }),
  );
  const blocks = Array.from({ length: Math.ceil(prepared.length / BLOCK) }, (_, n) =>
    prepared.slice(n * BLOCK, (n + 1) * BLOCK),
  );
  const collector = new ExampleCollector();
  for (const block of blocks) walkBlock(block, chunks.length, about.phonemes.length, collector.take);
  const trees = {
    shared: collector.tree("shared"),
    letters: collector.tree("letters"),
    counts: collector.tree("counts"),
    chunks: collector.tree("chunks"),
    literals: collector.tree("literals"),
  };
  const readers = Object.fromEntries(
    Object.entries(trees).map(([name, bytes]) => [name, new ContextTree(bytes, FEATURES[name as TreeName])]),
  ) as Record<TreeName, ContextTree>;
  const coded = blocks.map((block) => {
    const encoder = new RangeEncoder();
    const put: Sink = (tree, tape, at, symbol) => encoder.put(readers[tree], tape, at, symbol);
    walkBlock(block, chunks.length, about.phonemes.length, put);
    return Uint8Array.from(encoder.finish());
  });
  let end = 0;
  const places = coded.flatMap((block) => {
    end += block.length;
    return [end & 255, (end >> 8) & 255, end >> 16];
  });
  const parts: Record<Part, Uint8Array> = {
    levels: packed(
      sorted.map(({ level }) => level),
      4,
    ),
    cases: packed(
      sorted.map(({ kind }) => kind),
      2,
    ),
    ...trees,
    places: Uint8Array.from(places),
    blocks: joined(coded),
    sounds: sounds.bytes,
  };
  const header: LexiconHeader = {
    version: LEXICON_VERSION,
    ...about,
    words: sorted.length,
    letters,
    chunks,
    width: sounds.width,
    parts: Object.fromEntries(PARTS.map((part) => [part, parts[part].length])) as Record<Part, number>,
  };
  return writeParts(
    LEXICON_MAGIC,
    header,
    PARTS.map((part) => parts[part]),
  );
}
