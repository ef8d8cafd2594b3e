// What counts as a word that was revised, and when a word stands.

import { expect, it } from "vitest";
import { ShownWords } from "../../src/cli/shown-words.ts";

const result = (text: string, ...ends: number[]) =>
  text.split(" ").map((word, i) => ({ word, start: 0, end: ends[i]!, conf: 1 }));

it("counts words that give way to others, and those that are taken back", () => {
  const shown = new ShownWords();
  shown.going(["i"], 1);
  shown.going(["I", "sea"], 1.2);
  shown.going(["I", "see", "two", "cats"], 1.5);
  shown.going(["I", "see", "two"], 1.6);
  expect([shown.shown, shown.revised]).toEqual([5, 2]);
  shown.ended(result("I see to", 0.8, 1.1, 1.4), 2);
  expect([shown.shown, shown.revised]).toEqual([6, 3]);
});

it("tells since when the words of a result stand", () => {
  const shown = new ShownWords();
  shown.going(["yes"], 0.5);
  shown.going(["yes", "no"], 1);
  shown.ended(result("yes now", 0.25, 0.75), 1.5);
  expect(shown.afterMs).toEqual([250, 750]);
});

it("begins anew with every utterance", () => {
  const shown = new ShownWords();
  shown.ended(result("a b", 0, 0), 1);
  shown.going(["c"], 2);
  expect([shown.shown, shown.revised]).toEqual([3, 0]);
});
