// Makes the file of an n-gram model (ngram-file.ts) of what an ARPA text holds.

import { FoldvoxError, shown } from "../errors.ts";
import { writeParts } from "../model/parts-file.ts";
import type { ArpaContent, Grams } from "./arpa-reader.ts";
import { codeOf, codeTable } from "./code-table.ts";
import {
  BACKOFF1,
  BACKOFF2,
  MOST_WORDS,
  NGRAM_MAGIC,
  NGRAM_VERSION,
  type NgramHeader,
  PARTS,
  type Part,
  PROBABILITY1,
  PROBABILITY2,
  PROBABILITY3,
  RECORD,
  TABLES,
} from "./ngram-file.ts";
import type { TreeCounts } from "./packed-tree.ts";

/** What a model says of itself. */
export type NgramDescription = Pick<NgramHeader, "name" | "language" | "licence" | "attribution">;

/** A lexicon by whose words a model numbers its own. */
export interface WordNumbers {
  readonly size: number;
  /** The SHA-256 that its file tells. */
  readonly sha256: string;
  /** The number of a word; -1 if it has none. */
  find(word: string): number;
  /** The tree of words by their numbers in the lexicon; in the model, they follow its marks in this order (tree-packer.ts). */
  tree(words: readonly number[]): PackedTree;
}

/** A tree as packed-tree.ts describes it. */
export interface PackedTree extends TreeCounts {
  readonly bytes: Uint8Array;
}

/** Words whose probability nobody told: log10 of it is -7. */
const UNTOLD = -7 * Math.LN10;
const MARKS: readonly (readonly string[])[] = [
  ["<s>", "<S>"],
  ["</s>", "</S>"],
  ["<unk>", "<UNK>"],
];

/** A file's bytes, and what was left out because the lexicon lacks its words. */
export interface WrittenNgrams {
  readonly bytes: Uint8Array;
  readonly header: NgramHeader;
  readonly leftOut: { readonly words: number; readonly grams: number };
}

/**
 * Errors: bad-argument where the n-grams are not a trie: a bigram is missing that a trigram begins with, or one stands there
 * twice; or where no word is in the lexicon.
 */
export function writeNgrams(content: ArpaContent, about: NgramDescription, lexicon: WordNumbers | null): WrittenNgrams {
  const { names, numberOf, words, places } = numberWords(content, lexicon);
  const unigrams = content.grams[0]!;
  const probability1 = new Float32Array(names.length).fill(UNTOLD);
  const backoff1 = new Float32Array(names.length);
  content.words.forEach((_, i) => {
    const number = numberOf[i]!;
    if (number < 0) return;
    probability1[number] = unigrams.probability[i]!;
    backoff1[number] = unigrams.backoff[i]!;
  });
  const bigrams = sorted(content.grams[1]!, 2, numberOf, names);
  const trigrams = sorted(content.grams[2]!, 3, numberOf, names);
  const trie = new Trie(names, bigrams, trigrams);
  const tables = [
    probability1,
    backoff1,
    bigrams.probability,
    Float32Array.from(trie.contexts, (gram) => bigrams.backoff[gram]!),
    trigrams.probability,
  ].map((numbers) => codeTable(numbers));
  const tree = lexicon?.tree(places);
  const parts: Record<Part, Uint8Array> = {
    words,
    tables: new Uint8Array(4 * 256 * TABLES),
    unigrams: new Uint8Array(RECORD.unigrams * names.length),
    firsts: trie.firsts,
    contexts: new Uint8Array(RECORD.contexts * (trie.contexts.length + 1)),
    leaves: new Uint8Array(RECORD.leaves * trie.leaves.length),
    trigrams: new Uint8Array(RECORD.trigrams * trigrams.order.length),
    tree: tree?.bytes ?? new Uint8Array(),
  };
  const view = new DataView(parts.tables.buffer);
  tables.forEach((table, t) => {
    table.forEach((value, i) => {
      view.setFloat32(4 * (256 * t + i), value, true);
    });
  });
  for (let word = 0; word < names.length; word++) {
    parts.unigrams[2 * word] = codeOf(tables[PROBABILITY1]!, probability1[word]!);
    parts.unigrams[2 * word + 1] = codeOf(tables[BACKOFF1]!, backoff1[word]!);
  }
  trie.contexts.forEach((gram, i) => {
    const at = RECORD.contexts * i;
    setU16(parts.contexts, at, bigrams.last(gram));
    parts.contexts[at + 2] = codeOf(tables[PROBABILITY2]!, bigrams.probability[gram]!);
    parts.contexts[at + 3] = codeOf(tables[BACKOFF2]!, bigrams.backoff[gram]!);
    setU24(parts.contexts, at + 4, trie.firstTrigram[i]!);
  });
  setU24(parts.contexts, RECORD.contexts * trie.contexts.length + 4, trigrams.order.length);
  trie.leaves.forEach((gram, i) => {
    setU16(parts.leaves, RECORD.leaves * i, bigrams.last(gram));
    parts.leaves[RECORD.leaves * i + 2] = codeOf(tables[PROBABILITY2]!, bigrams.probability[gram]!);
  });
  trigrams.order.forEach((gram, i) => {
    setU16(parts.trigrams, RECORD.trigrams * i, trigrams.last(gram));
    parts.trigrams[RECORD.trigrams * i + 2] = codeOf(tables[PROBABILITY3]!, trigrams.probability[gram]!);
  });
  const header: NgramHeader = {
    version: NGRAM_VERSION,
    ...about,
    counts: {
      words: names.length,
      contexts: trie.contexts.length,
      leaves: trie.leaves.length,
      trigrams: trigrams.order.length,
      nodes: tree?.nodes ?? 0,
      endings: tree?.endings ?? 0,
    },
    lexicon: lexicon?.sha256 ?? null,
    parts: Object.fromEntries(PARTS.map((part) => [part, parts[part].length])) as Record<Part, number>,
  };
  const leftOut = {
    words: content.words.length - numberOf.filter((number) => number >= 0).length,
    grams:
      content.grams[1]!.probability.length +
      content.grams[2]!.probability.length -
      bigrams.order.length -
      trigrams.order.length,
  };
  const bytes = writeParts(
    NGRAM_MAGIC,
    header,
    PARTS.map((part) => parts[part]),
  );
  return { bytes, header, leftOut };
}

/**
 * Numbers of the words of a text in the file that is made, -1 for those left out; the file's part "words"; and the lexicon's numbers of
 * the words that are not left out, in order.
 */
function numberWords({ words }: ArpaContent, lexicon: WordNumbers | null) {
  const numberOf = words.map((word) => MARKS.findIndex((mark) => mark.includes(word)));
  const names = MARKS.map(([mark]) => mark!);
  const places = words.map((word, i) => (numberOf[i]! >= 0 ? -1 : lexicon ? lexicon.find(word) : i));
  const chosen = words.map((_, i) => i).filter((i) => places[i]! >= 0);
  chosen.sort((a, b) => places[a]! - places[b]!);
  if (chosen.length === 0) throw new FoldvoxError("bad-argument", "No word of the language model is in the lexicon.");
  if (chosen.length > MOST_WORDS - MARKS.length) {
    throw new FoldvoxError(
      "bad-argument",
      `The language model has ${chosen.length} words; at most ${MOST_WORDS - MARKS.length} can be held.`,
    );
  }
  for (const i of chosen) numberOf[i] = names.push(words[i]!) - 1;
  if (!lexicon)
    return {
      names,
      numberOf,
      words: new TextEncoder().encode(chosen.map((i) => `${words[i]}\n`).join("")),
      places: [],
    };
  const bits = new Uint8Array(Math.ceil(lexicon.size / 8));
  for (const i of chosen) bits[places[i]! >> 3]! |= 1 << (places[i]! & 7);
  return { names, numberOf, words: bits, places: chosen.map((i) => places[i]!) };
}

/** N-grams of one length without those left out, sorted by their words. */
interface SortedGrams extends Pick<Grams, "probability" | "backoff"> {
  /** The grams in order, as places in the text. */
  readonly order: Uint32Array;
  /** The numbers of a gram's words but the last, as one number; and of the last. */
  context(gram: number): number;
  last(gram: number): number;
}

function sorted(grams: Grams, order: number, numberOf: readonly number[], names: readonly string[]): SortedGrams {
  const number = (gram: number, i: number) => numberOf[grams.words[gram * order + i]!]!;
  const context = (gram: number) => {
    let key = 0;
    for (let i = 0; i + 1 < order; i++) key = key * MOST_WORDS + number(gram, i);
    return key;
  };
  const last = (gram: number) => number(gram, order - 1);
  const count = grams.probability.length;
  const kept = new Uint32Array(count);
  let size = 0;
  for (let gram = 0; gram < count; gram++) {
    let whole = true;
    for (let i = 0; i < order; i++) whole &&= number(gram, i) >= 0;
    if (whole) kept[size++] = gram;
  }
  // Three numbers of 16 bits are exact in a double.
  const keys = Float64Array.from(kept.subarray(0, size), (gram) => context(gram) * MOST_WORDS + last(gram));
  const places = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
  for (let i = 1; i < size; i++) {
    if (keys[places[i]!] === keys[places[i - 1]!]) {
      const words = Array.from({ length: order }, (_, k) => names[number(kept[places[i]!]!, k)]);
      throw new FoldvoxError("bad-argument", `The language model tells of ${shown(words.join(" "))} twice.`);
    }
  }
  return { ...grams, order: places.map((place) => kept[place]!), context, last };
}

/** Which bigrams are contexts and which leaves, and where what belongs to each word and context begins. */
class Trie {
  readonly contexts: number[] = [];
  readonly leaves: number[] = [];
  /** Of each context. */
  readonly firstTrigram: number[] = [];
  readonly firsts: Uint8Array;

  constructor(names: readonly string[], bigrams: SortedGrams, trigrams: SortedGrams) {
    this.firsts = new Uint8Array(RECORD.firsts * (names.length + 1));
    let word = 0;
    const begin = (upTo: number) => {
      for (; word <= upTo; word++) {
        setU24(this.firsts, RECORD.firsts * word, this.contexts.length);
        setU24(this.firsts, RECORD.firsts * word + 3, this.leaves.length);
      }
    };
    let next = 0;
    for (const gram of bigrams.order) {
      begin(bigrams.context(gram));
      const key = bigrams.context(gram) * MOST_WORDS + bigrams.last(gram);
      const first = next;
      while (next < trigrams.order.length && trigrams.context(trigrams.order[next]!) === key) next++;
      // A back-off weight counts without a trigram, too.
      if (next === first && Math.abs(bigrams.backoff[gram]!) < 1e-6) this.leaves.push(gram);
      else {
        this.contexts.push(gram);
        this.firstTrigram.push(first);
      }
    }
    begin(names.length);
    if (next < trigrams.order.length) {
      const key = trigrams.context(trigrams.order[next]!);
      const words = `${names[Math.floor(key / MOST_WORDS)]} ${names[key % MOST_WORDS]}`;
      throw new FoldvoxError(
        "bad-argument",
        `The language model has trigrams that begin with ${shown(words)}, but not that bigram.`,
      );
    }
  }
}

function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
}

function setU24(bytes: Uint8Array, at: number, value: number): void {
  setU16(bytes, at, value);
  bytes[at + 2] = value >> 16;
}
