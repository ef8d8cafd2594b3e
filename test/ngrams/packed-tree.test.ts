// Trees of words as a file holds them.

import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { unpackTree } from "../../src/ngrams/packed-tree.ts";
import { packTree } from "../../src/ngrams/tree-packer.ts";
import { CollectedPronunciations } from "../../src/pronounce/collected-pronunciations.ts";
import { pronunciationsOf, type WordTree, wordTree } from "../../src/pronounce/word-tree.ts";
import { errorOf } from "../support/errors.ts";

/** Words of numbers from 3 on, each with its pronunciations. */
function treeOf(words: readonly (readonly string[])[]): WordTree {
  const collected = new CollectedPronunciations();
  words.forEach((said, i) => {
    for (const one of said) {
      collected.add(
        3 + i,
        Array.from(one, (letter) => letter.charCodeAt(0) - 96),
      );
    }
  });
  return wordTree(collected.all());
}

// Nodes of every shape: one child, one word, both, and more of either; two words that sound the same, and a word of two sounds.
const TREE = treeOf([["bad", "bed"], ["bad"], ["ba"], ["cab"], ["cabs"], ["dog", "do", "dug"], ["e"]]);
const COUNTS = { nodes: TREE.nodes, endings: TREE.word.length };
const WORDS = [3, 9] as const;
const wrong = (problem: string) => new FoldvoxError("bad-model", problem);

describe("packTree", () => {
  it("packs what is unpacked again", () => {
    expect(unpackTree(packTree(TREE), COUNTS, WORDS, wrong)).toEqual(TREE);
  });

  it("refuses more words of one sound than a byte counts", () => {
    const alike = treeOf(Array.from({ length: 256 }, () => ["ab"]));
    expect(errorOf(() => packTree(alike)).message).toMatch(/256 words .* sound the same/);
  });
});

describe("unpackTree", () => {
  const packed = packTree(TREE);

  it("refuses other lengths, other counts and other words", () => {
    const refused = [
      () => unpackTree(packed.subarray(0, -1), COUNTS, WORDS, wrong),
      () => unpackTree(Uint8Array.of(...packed, 0), COUNTS, WORDS, wrong),
      () => unpackTree(packed, { ...COUNTS, nodes: COUNTS.nodes + 1 }, WORDS, wrong),
      () => unpackTree(packed, { ...COUNTS, endings: COUNTS.endings - 1 }, WORDS, wrong),
      () => unpackTree(packed, { nodes: 0, endings: 0 }, WORDS, wrong),
      () => unpackTree(packed, COUNTS, [4, 9], wrong),
      () => unpackTree(packed, COUNTS, [3, 8], wrong),
    ];
    for (const unpack of refused) expect(errorOf(unpack).code).toBe("bad-model");
  });

  it("gives a tree or an error for every changed byte", () => {
    for (let at = 0; at < packed.length; at++) {
      for (const bit of [1, 4, 32, 128]) {
        const changed = packed.slice();
        changed[at]! ^= bit;
        let tree: WordTree;
        try {
          tree = unpackTree(changed, COUNTS, WORDS, wrong);
        } catch (error) {
          expect(error).toBeInstanceOf(FoldvoxError);
          continue;
        }
        const { first, sounds, word } = pronunciationsOf(tree);
        expect(first.at(-1)).toBe(sounds.length);
        expect(word).toHaveLength(TREE.word.length);
      }
    }
  });
});
