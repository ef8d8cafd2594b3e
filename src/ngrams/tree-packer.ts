// Packs the words of a lexicon as a tree for the file of an n-gram model (packed-tree.ts).

import { FoldvoxError } from "../errors.ts";
import { CollectedPronunciations } from "../pronounce/collected-pronunciations.ts";
import { type WordTree, wordTree } from "../pronounce/word-tree.ts";
import { UNKNOWN } from "./ngram-file.ts";
import type { PackedTree, WordNumbers } from "./ngram-writer.ts";
import { BOTH, COUNTED, ONE_CHILD, ONE_WORD, plainBytes } from "./packed-tree.ts";

/** What is asked of a lexicon. */
export interface PronouncedWords extends Omit<WordNumbers, "tree"> {
  /** A word's pronunciations, as the lexicon's file numbers phonemes. */
  phonemesOf(word: number): readonly ArrayLike<number>[];
}

/** A count is one byte. */
const MOST_COUNTED = 255;

/** A lexicon by whose words a model numbers its own, for writeNgrams. */
export function numberedBy(lexicon: PronouncedWords): WordNumbers {
  const { size, sha256 } = lexicon;
  return { size, sha256, find: (word) => lexicon.find(word), tree: (words) => spokenTree(lexicon, words) };
}

/** How words are pronounced whose numbers in the lexicon are these; in the model their numbers follow its marks. */
function spokenTree(lexicon: PronouncedWords, words: readonly number[]): PackedTree {
  const collected = new CollectedPronunciations();
  words.forEach((word, i) => {
    for (const phonemes of lexicon.phonemesOf(word)) collected.add(UNKNOWN + 1 + i, phonemes);
  });
  const tree = wordTree(collected.all());
  if (tree.word.length > 0) return { nodes: tree.nodes, endings: tree.word.length, bytes: packTree(tree) };
  throw new FoldvoxError("bad-argument", "No word of the language model has a pronunciation in the lexicon.");
}

/** Errors: bad-argument where more words sound the same than a byte counts. */
export function packTree({ nodes, phoneme, firstChild, firstWord, word }: WordTree): Uint8Array {
  const shapes = new Uint8Array(Math.ceil(nodes / 4));
  const counts: number[] = [];
  for (let node = 0; node < nodes; node++) {
    const children = firstChild[node + 1]! - firstChild[node]!;
    const words = firstWord[node + 1]! - firstWord[node]!;
    if (children > MOST_COUNTED || words > MOST_COUNTED) {
      throw new FoldvoxError(
        "bad-argument",
        `${words} words of the language model sound the same; ${MOST_COUNTED} may.`,
      );
    }
    let shape = COUNTED;
    if (children + words === 1) shape = children === 1 ? ONE_CHILD : ONE_WORD;
    else if (children === 1 && words === 1) shape = BOTH;
    else counts.push(children, words);
    shapes[node >> 2]! |= shape << (2 * (node & 3));
  }
  const packed = new Uint8Array(plainBytes({ nodes, endings: word.length }) + counts.length);
  packed.set(phoneme);
  packed.set(shapes, nodes);
  const words = nodes + shapes.length;
  word.forEach((number, i) => {
    packed[words + 2 * i] = number;
    packed[words + 2 * i + 1] = number >> 8;
  });
  packed.set(counts, words + 2 * word.length);
  return packed;
}
