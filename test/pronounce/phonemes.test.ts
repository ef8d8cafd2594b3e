// Phonemes as people write them.

import { describe, expect, it } from "vitest";
import { PhonemeReader } from "../../src/pronounce/phonemes.ts";
import { errorOf } from "../support/errors.ts";
import { PHONEMES } from "../support/lexicon.ts";

const reader = new PhonemeReader(PHONEMES);
const read = (text: string) => Array.from(reader.read(text, "It"), (i) => PHONEMES[i]).join(" ");

describe("PhonemeReader", () => {
  it.each([
    ["k ɪ tʃ ə n", "k ɪ tʃ ə n"],
    ["K IH1 CH AH0 N", "k ɪ tʃ ə n"],
    ["k ih ch ah n", "k ɪ tʃ ə n"],
    ["K IH CH AH N", "k ɪ tʃ ə n"],
    ["kɪtʃən", "k ɪ tʃ ə n"],
    ["ˈkɪt͡ʃʌn", "k ɪ tʃ ə n"],
    ["k ɪ ʧ ə n", "k ɪ tʃ ə n"],
    ["g r iː n", "ɡ ɹ i n"],
    ["G R IY1 N", "ɡ ɹ i n"],
    ["b ɜː d", "b ɝ d"],
    ["b ɚ d", "b ɝ d"],
    ["w ɔː t ə˞", "w ɔ t ɝ"],
    ["h əʊ m", "h oʊ m"],
    ["dʒ ɔɪ", "dʒ ɔɪ"],
    ["Y UW1", "j u"],
    ["j u", "j u"],
    ["  h   aɪ  ", "h aɪ"],
    ["ˈsɪŋ.ɪŋ", "s ɪ ŋ ɪ ŋ"],
    ["b ʌ t n̩", "b ə t n"],
  ])("reads %j", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each(["", "  ", "kitchen", "k 9 n", "日", "k ɪ 日", "K IH3 T", "ˈ"])(
    "refuses %j and says what to write",
    (text) => {
      const error = errorOf(() => reader.read(text, "The pronunciation of it"));
      expect(error.code).toBe("bad-argument");
      expect(error.message).toMatch(/^The pronunciation of it .*in IPA \(ɑ æ .*K IH1 CH AH0 N/);
    },
  );

  it("refuses endless ones", () => {
    expect(errorOf(() => reader.read("ə ".repeat(10_000), "It")).code).toBe("bad-argument");
  });
});
