// What people say for what they write.

import { describe, expect, it } from "vitest";
import { SpokenForms } from "../../src/pronounce/spoken-forms.ts";

const KNOWN = new Set(
  "a i tv nasa us it am on ice cream light and or play station kitchen don't i'd x-ray hello cafe min st".split(" "),
);
const forms = new SpokenForms((word) => KNOWN.has(word));
const ways = (text: string) => forms.of(text).map((words) => words.join(" "));

describe("SpokenForms", () => {
  it.each<[string, ...string[]]>([
    ["kitchen", "kitchen"],
    ["Kitchen,", "kitchen"],
    ["“hello”", "hello"],
    ["don’t", "don't"],
    ["café", "cafe"],
    ["foldvox", "foldvox"],
    ["42", "forty two", "four two"],
    ["0", "zero", "oh"],
    ["100", "one hundred", "a hundred", "one oh oh"],
    ["105", "one hundred five", "one hundred and five", "one oh five"],
    ["1984", "nineteen eighty four", "one thousand nine hundred and eighty four"],
    ["2005", "two thousand five", "two thousand and five", "twenty oh five"],
    ["1900", "nineteen hundred"],
    ["1,234,567", "one million two hundred thirty four thousand five hundred sixty seven"],
    ["007", "zero zero seven", "oh oh seven"],
    ["3rd", "third"],
    ["21st", "twenty first"],
    ["12th", "twelfth"],
    ["40th", "fortieth"],
    ["100th", "one hundredth"],
    ["3.5", "three point five"],
    ["0.75", "zero point seven five", "point seven five"],
    [".5", "point five"],
    ["$5", "five dollars"],
    ["$1", "one dollar"],
    ["$5.50", "five fifty", "five dollars fifty", "five dollars and fifty cents"],
    ["£0.99", "ninety nine pence"],
    ["€20", "twenty euros"],
    ["$5k", "five thousand dollars"],
    ["5%", "five percent"],
    ["7:30", "seven thirty", "half past seven"],
    ["7:00", "seven o'clock", "seven"],
    ["7:05", "seven oh five", "five past seven"],
    ["7:45", "seven forty five", "quarter to eight", "a quarter to eight"],
    ["12:45", "twelve forty five", "quarter to one"],
    ["19:30", "nineteen thirty"],
    ["7pm", "seven p. m."],
    ["7:30am", "seven thirty a. m."],
    ["1/2", "one half", "a half"],
    ["3/4", "three quarters"],
    ["12/25", "december twenty fifth", "the twenty fifth of december"],
    ["2025-12-25", "december twenty fifth twenty twenty five"],
    ["1990s", "nineteen nineties"],
    ["80s", "eighties"],
    ["20°C", "twenty degrees celsius"],
    ["5kg", "five kilograms"],
    ["1kg", "one kilogram"],
    ["#5", "number five"],
    ["-5", "minus five"],
    ["555-1234", "five five five one two three four"],
    ["TV", "tv"],
    ["TVs", "tv's"],
    ["NASA", "nasa"],
    ["USB", "u. s. b."],
    ["IKEA", "i. k. e. a.", "ikea"],
    ["US", "us", "u. s."],
    ["ON", "on"],
    ["U.S.A.", "u. s. a."],
    ["a.m.", "a. m."],
    ["b", "b."],
    ["Dr.", "doctor", "drive"],
    ["Mrs.", "missus"],
    ["Dec.", "december"],
    ["min", "minutes", "minute", "min"],
    ["&", "and"],
    ["%", "percent"],
    ["ice-cream", "ice cream"],
    ["and/or", "and or", "and slash or"],
    ["R&B", "r. and b."],
    ["PlayStation", "play station", "playstation"],
    ["3D", "three d."],
    ["MP3", "m. p. three"],
    ["A4", "a four"],
    ["X-ray", "x-ray"],
  ])("%s", (text, ...expected) => {
    const said = ways(text);
    expect(said[0]).toBe(expected[0]);
    for (const way of expected) expect(said).toContain(way);
    expect(new Set(said).size).toBe(said.length);
  });

  it.each(["日本", "#!%日", "привет", "…", "☃"])("has nothing for %s", (text) => {
    expect(ways(text)).toEqual([]);
  });

  it("takes bounded time for anything", () => {
    const texts = [
      "1/".repeat(500),
      "a-".repeat(500),
      "A1".repeat(500),
      "1,".repeat(500),
      "'s".repeat(300),
      "9".repeat(1000),
    ];
    const started = performance.now();
    for (const text of texts) expect(ways(text).length).toBeLessThanOrEqual(64);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
