// The lexicon that comes with foldvox: its size, its words, and what becomes of any text.

import { describe, expect, it } from "vitest";
import { readLexicon } from "../../src/pronounce/lexicon.ts";
import { Pronouncer } from "../../src/pronounce/pronouncer.ts";
import { bytesOf } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";
import { PHONEMES } from "../support/lexicon.ts";
import { generator } from "../support/random.ts";

const bytes = bytesOf("models/english.lexicon");
const lexicon = readLexicon(bytes);
const pronouncer = new Pronouncer(lexicon);
const said = (text: string) =>
  pronouncer.describe(text).map((words) => words.map(({ pronunciations }) => pronunciations[0]).join(" "));

describe("english.lexicon", () => {
  it("has CMUdict's words in at most 900 kB", () => {
    expect(lexicon.size).toBe(126_052);
    expect(bytes.length).toBeLessThanOrEqual(900_000);
    expect(lexicon.header.phonemes).toEqual(PHONEMES);
  });

  it("lists every word once, in order, with pronunciations", () => {
    let before = "";
    let pronunciations = 0;
    for (let number = 0; number < lexicon.size; number++) {
      const word = lexicon.spelling(number);
      if (!(before < word)) throw new Error(`${word} comes behind ${before}`);
      before = word;
      const ones = lexicon.pronunciations(number);
      if (ones.length === 0 || ones.some(({ length }) => length === 0)) throw new Error(`${word} is not said`);
      pronunciations += ones.length;
    }
    expect(pronunciations).toBe(134_860);
  });

  it("knows which words are frequent, and which are names", () => {
    for (const word of ["the", "and", "you"]) expect(lexicon.level(lexicon.find(word))).toBe(0);
    expect(lexicon.level(lexicon.find("zywicki"))).toBe(15);
    const written = ["london", "tv", "mcdonald", "o'brien", "i'm", "house", "nasa"].map((word) =>
      lexicon.written(lexicon.find(word)),
    );
    expect(written).toEqual(["London", "TV", "McDonald", "O'Brien", "I'm", "house", "NASA"]);
  });

  it.each([
    ["turn on the light", "t ɝ n ɑ n ð ə l aɪ t"],
    ["TV", "t i v i"],
    ["$5", "f aɪ v d ɑ l ɝ z"],
    ["iPhone", "aɪ f oʊ n"],
    ["a.m.", "eɪ ɛ m"],
    ["Häagen-Dazs", "h ɑ ɡ ə n d ɑ s"],
    ["foldvox", "f oʊ l d v ɑ k s"],
    ["netflixes's", "n ɛ t f l ɪ k s ɪ z ə z"],
  ])("says %s", (text, expected) => {
    expect(said(text)[0]).toBe(expected);
  });

  it("does not leave out what cannot be said", () => {
    for (const text of ["日本", "#!%日", "turn 日本 on", "", "  ", "...", "привет"]) {
      const error = errorOf(() => pronouncer.readings(text));
      expect(error.code).toBe("bad-argument");
      expect(error.message).toMatch(/pronunciations: \{/);
    }
    expect(errorOf(() => pronouncer.readings("a ".repeat(50_000))).message.length).toBeLessThan(400);
  });

  it("says any text, or refuses it, within bounds", () => {
    const random = generator(7);
    const signs = " abcxyzABCXYZ019$%&'.,:/-+#@éß日\u0000\ud800€°½’“";
    for (let round = 0; round < 300; round++) {
      const text = Array.from(
        { length: 1 + Math.floor(random() * 12) },
        () => signs[Math.floor(random() * signs.length)],
      ).join("");
      try {
        const readings = pronouncer.readings(text);
        expect(readings.length).toBeLessThanOrEqual(32);
        for (const { pronunciations } of readings.flat()) {
          expect(pronunciations.length).toBeGreaterThan(0);
          expect(pronunciations.every((one) => one.length > 0)).toBe(true);
        }
      } catch (error) {
        expect(error).toMatchObject({ code: "bad-argument" });
      }
    }
  });
});
