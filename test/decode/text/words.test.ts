// From emitted tokens to words.

import { describe, expect, it } from "vitest";
import { type Emission, type TokenUnit, textOf, wordsOf } from "../../../src/decode/text/words.ts";

/** One second a token; confidences 0.9, 0.8, ... */
const emissions = (tokens: string[]): Emission[] =>
  tokens.map((token, i) => ({ token, start: i, end: i + 1, confidence: 0.9 - 0.1 * i }));

describe("wordsOf", () => {
  it.each<[TokenUnit, string[], string]>([
    ["word", [], ""],
    ["word", ["yes", "no", "no"], "yes no no"],
    ["word", ["\u2581yes", "|"], "\u2581yes |"],
    ["piece", ["\u2581he", "ll", "o", "\u2581world"], "hello world"],
    ["piece", ["ll", "o", "\u2581world"], "llo world"],
    ["piece", ["\u2581", "he", "\u2581", "\u2581", "y"], "he y"],
    ["piece", ["\u2581"], ""],
    ["character", ["a", "b", " ", "c"], "ab c"],
    ["character", ["|", "a", "|", "|", "b", "|"], "a b"],
    ["character", ["a", "\u2581", "b"], "a b"],
    ["character", [" ", " "], ""],
  ])("%s: %j says %j", (unit, tokens, text) => {
    expect(textOf(wordsOf(emissions(tokens), unit))).toBe(text);
  });

  it("a piece of any number of words, or marks, is read", () => {
    expect(wordsOf(emissions(["\u2581a".repeat(99_999)]), "piece")).toHaveLength(99_999);
    expect(wordsOf(emissions(["\u2581".repeat(99_999)]), "piece")).toEqual([]);
  });

  it("takes a word's times from its first and last token with text, and its confidence from their mean", () => {
    const [hello, world] = wordsOf(emissions(["\u2581", "he", "llo", "\u2581world"]), "piece");
    expect(hello).toEqual({ word: "hello", start: 1, end: 3, conf: (0.8 + 0.7) / 2 });
    expect(world).toMatchObject({ word: "world", start: 3, end: 4 });
    expect(world!.conf).toBeCloseTo(0.6);
    const [ab] = wordsOf(emissions(["|", "a", "b", "|"]), "character");
    expect(ab).toMatchObject({ word: "ab", start: 1, end: 3 });
  });
});
