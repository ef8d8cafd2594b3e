// Hotwords: what a match brings, and what a broken-off one gives back.

import { describe, expect, it } from "vitest";
import { type Hotword, Hotwords } from "../../../src/decode/scorers/hotwords.ts";
import { Spelling } from "../../../src/decode/text/spelling.ts";
import { errorOf } from "../../support/errors.ts";

const spelling = new Spelling(["<blank>", "a", "b", "c", "d", " "], "character", 0);
const hotwords = (...given: (string | Hotword)[]) =>
  new Hotwords(
    given.map((one) => (typeof one === "string" ? { phrase: one, boost: 2 } : one)),
    spelling,
  );

/** Scores after each word, and at the end. */
function scores(scorer: Hotwords, text: string): number[] {
  let state = scorer.start;
  let total = 0;
  const all = text.split(" ").map((word) => {
    const step = scorer.word(state, word);
    state = step.state;
    total += step.score;
    return total;
  });
  return [...all, total + scorer.end(state)];
}

describe("Hotwords", () => {
  it.each<[string, (string | Hotword)[], string, number[]]>([
    ["a word brings its boost, each time", ["a"], "b a c a", [0, 2, 2, 4, 4]],
    ["but not for being repeated", ["a"], "a a a", [2, 2, 2, 2]],
    ["unless the phrase repeats it", ["a a"], "a a b", [2, 4, 4, 4]],
    ["boosts may be set", [{ phrase: "a", boost: 3 }], "a", [3, 3]],
    ["a phrase brings it word by word", ["a b c"], "a b c", [2, 4, 6, 6]],
    ["a phrase broken off gives it back", ["a b c"], "a b d", [2, 4, 0, 0]],
    ["and at the end of the utterance", ["a b c"], "a b", [2, 4, 0]],
    ["a phrase within stays", ["a b c", "a b"], "a b d", [2, 4, 4, 4]],
    ["a phrase within that ends a match stays", ["a b c", "b"], "a b d", [2, 4, 2, 2]],
    ["a match goes on from a shorter one", ["a b c", "b d"], "a b d", [2, 4, 4, 4]],
    ["which gives back only its own", ["a b", "b c d"], "a b c a", [2, 4, 6, 6, 4]],
    ["the same word again begins anew", ["a a b"], "a a a b", [2, 4, 4, 6, 6]],
  ])("%s", (_, given, text, expected) => {
    expect(scores(hotwords(...given), text)).toEqual(expected);
  });

  it("have a boost of 1.5 unless told", () => {
    expect(scores(new Hotwords(["a"], spelling), "a")).toEqual([1.5, 1.5]);
  });

  it("let a word that has begun feel its share", () => {
    const scorer = hotwords({ phrase: "abcd", boost: 4 });
    expect(["a", "ab", "abc", "b"].map((letters) => 0 + scorer.beginning(scorer.start, letters))).toEqual([1, 2, 3, 0]);
  });

  it("let it feel the share of what brings most for each letter", () => {
    const scorer = hotwords({ phrase: "aab", boost: 1 }, { phrase: "aabb", boost: 4 }, { phrase: "ab", boost: 1 });
    expect(["a", "aa", "ab", "ac"].map((letters) => 0 + scorer.beginning(scorer.start, letters))).toEqual([1, 2, 1, 0]);
  });

  it("may be 200,000, and are followed as quickly as a few", () => {
    const letters = new Spelling(["<blank>", ..."abcdefghijklmnopqrstuvwxyz", " "], "character", 0);
    const name = (n: number) =>
      Array.from({ length: 8 }, (_, i) => String.fromCharCode(97 + (Math.floor(n / 5 ** i) % 26))).join("");
    const started = performance.now();
    const scorer = new Hotwords(
      Array.from({ length: 200_000 }, (_, n) => name(n)),
      letters,
    );
    for (let n = 0; n < 20_000; n++) expect(scorer.beginning(scorer.start, name(n).slice(0, 4))).toBeCloseTo(0.75);
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it("too many, and words too long, are refused", () => {
    expect(errorOf(() => hotwords("a ".repeat(1_000_001))).code).toBe("bad-argument");
    expect(errorOf(() => hotwords("a".repeat(9_000_000))).code).toBe("bad-argument");
  });

  it("never leave more behind than whole phrases bring", () => {
    const phrases = ["a b", "b a", "a a b", "c", "b c a"];
    const scorer = hotwords(...phrases);
    for (let n = 0; n < 3 ** 7; n++) {
      const words = Array.from({ length: 7 }, (_, i) => "abc"[Math.floor(n / 3 ** i) % 3]!);
      const end = scores(scorer, words.join(" ")).at(-1)!;
      const inPhrase = words.filter((_, i) =>
        phrases.some((phrase) => {
          const parts = phrase.split(" ");
          return parts.some((__, k) => parts.every((part, j) => words[i - k + j] === part));
        }),
      );
      expect(end, words.join(" ")).toBeGreaterThanOrEqual(0);
      expect(end, words.join(" ")).toBeLessThanOrEqual(2 * inPhrase.length);
    }
  });

  it.each([
    [""],
    [" "],
    [{ phrase: "a", boost: -1 }],
    [{ phrase: "a", boost: Number.NaN }],
    ["e"],
    [{}],
    [null],
    [undefined],
  ])("refuse %j", (given) => {
    expect(["bad-argument"]).toContain(errorOf(() => hotwords(given as string)).code);
  });
});
