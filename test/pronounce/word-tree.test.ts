// A vocabulary as a prefix tree of phonemes.

import { expect, it } from "vitest";
import { CollectedPronunciations } from "../../src/pronounce/collected-pronunciations.ts";
import { pronunciationsOf, wordTree } from "../../src/pronounce/word-tree.ts";

const SAID: readonly [word: number, sounds: readonly number[]][] = [
  [7, [2, 1, 4]],
  [3, [2, 1]],
  [4, [5]],
  [5, [2, 1, 4]],
  [5, [2, 3, 3, 3, 3, 3, 3, 1]],
  [6, [2, 3, 3, 3, 3, 3, 3, 2]],
];

function made() {
  const collected = new CollectedPronunciations();
  for (const [word, sounds] of SAID) collected.add(word, sounds);
  return wordTree(collected.all());
}

it("shares the nodes of words that begin alike", () => {
  const tree = made();
  // The root; 2, 5; 1, 3; 4; the rest of two words that differ in their eighth sound.
  expect(tree.nodes).toBe(1 + 2 + 2 + 1 + 5 + 2);
  expect(Array.from(tree.word).sort()).toEqual([3, 4, 5, 5, 6, 7]);
});

it("gives back what it was made of, sorted by sounds", () => {
  const { first, sounds, word } = pronunciationsOf(made());
  const back = Array.from(word, (number, i) => [number, Array.from(sounds.subarray(first[i], first[i + 1]))]);
  expect(back).toHaveLength(SAID.length);
  expect(back).toEqual(expect.arrayContaining(SAID.map(([number, said]) => [number, [...said]])));
  expect(back[0]).toEqual([4, [5]]);
});

it("adds pronunciations to those of a tree", () => {
  const collected = new CollectedPronunciations(pronunciationsOf(made()));
  collected.add(8, [2, 1, 4, 4]);
  collected.add(9, []);
  const tree = wordTree(collected.all());
  expect(tree.nodes).toBe(made().nodes + 1);
  expect(Array.from(tree.word)).toContain(8);
  expect(Array.from(tree.word)).not.toContain(9);
});
