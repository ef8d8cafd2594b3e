// Networks of phonemes: the same utterances as the grammar's, with shared beginnings and endings, in bounded work.

import { describe, expect, it } from "vitest";
import { PhraseGrammar } from "../../../src/decode/phonemes/phrase-grammar.ts";
import { PhraseReader, stepsTo } from "../../../src/decode/phonemes/phrase-reader.ts";
import { readGrammar } from "../../../src/decode/scorers/grammar.ts";
import { errorOf } from "../../support/errors.ts";
import { LETTERS, phraseGrammar, random } from "./support.ts";

/** Of the processor, so that a busy machine makes no difference; the time without bounds was minutes, or for ever. */
const MOST_MS = 5000;
const processorMs = () => process.cpuUsage().user / 1000;

/** Whether a network lets a text through. */
function accepts({ network }: PhraseGrammar, text: string): boolean {
  let states = new Set([0]);
  for (const letter of text) {
    const after = new Set<number>();
    for (const state of states) {
      for (let arc = network.firstArc[state]!; arc < network.firstArc[state + 1]!; arc++) {
        const node = network.arcTo[arc]!;
        if (network.phoneme[node] === LETTERS.indexOf(letter) + 1) after.add(network.state[node]!);
      }
    }
    states = after;
  }
  return [...states].some((state) => network.endWeight[state]! > Number.NEGATIVE_INFINITY);
}

describe("a network", () => {
  it.each([
    "a b | a c | b+ [a] c*",
    "(a | b)* a (a | b) (a | b) (a | b)",
    "((ab | a)* [b])+ c",
    "<y> <y> c; <y> = a | b <z>; <z> = [a] b",
    "/2/ a (b | c) | /1/ a b | b [c]",
  ])("of %s lets through what its words do", (expansion) => {
    const grammar = phraseGrammar(`public <x> = ${expansion};`);
    const reader = new PhraseReader(grammar.pronounced);
    const next = random(3);
    let some = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const text = Array.from({ length: 1 + Math.floor(8 * next()) }, () => LETTERS[Math.floor(3 * next())]).join("");
      const whole = reader.whole([...text].map((letter) => LETTERS.indexOf(letter) + 1)) !== undefined;
      expect(accepts(grammar, text), text).toBe(whole);
      some += whole ? 1 : 0;
    }
    expect(some).toBeGreaterThan(0);
  });

  it("shares beginnings and endings", () => {
    const { network } = phraseGrammar("public <x> = abcd | abed | gbcd | gbed;");
    // a g, b, c e, d and the start.
    expect(network.nodes).toBe(7);
  });

  it("of ten thousand phrases takes some megabytes and a part of a second", () => {
    const next = random(11);
    const word = () =>
      Array.from({ length: 3 + Math.floor(6 * next()) }, () => LETTERS[Math.floor(8 * next())]).join("");
    const words = Array.from({ length: 5000 }, word);
    const phrases = Array.from({ length: 10_000 }, () =>
      Array.from({ length: 2 + Math.floor(3 * next()) }, () => words[Math.floor(5000 * next())]).join(" "),
    );
    const started = processorMs();
    const { network, pronounced } = phraseGrammar(phrases);
    expect(processorMs() - started).toBeLessThan(MOST_MS);
    const bytes = [...Object.values(network), ...Object.values(pronounced), ...Object.values(pronounced.words)]
      .filter(ArrayBuffer.isView)
      .reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(bytes).toBeLessThan(10e6);
  });
});

describe("a way through the words", () => {
  const reader = (source: string) => {
    const { pronounced } = phraseGrammar(source);
    const reads = new PhraseReader(pronounced);
    const words = (step: Parameters<typeof stepsTo>[0]) =>
      stepsTo(step).map(({ arc }) => pronounced.words.words[pronounced.words.arcLabel[arc]!]);
    return { reads, words };
  };
  const phonemes = (text: string) => [...text].map((letter) => LETTERS.indexOf(letter) + 1);

  it("prefers the likelier alternative, and of equals the one that comes first", () => {
    const { reads, words } = reader("public <x> = /1/ ab c | /3/ a bc | b ca | bc a;");
    expect(words(reads.whole(phonemes("abc"))!)).toEqual(["a", "bc"]);
    expect(words(reads.whole(phonemes("bca"))!)).toEqual(["b", "ca"]);
    expect(reads.whole(phonemes("ab"))).toBeUndefined();
  });

  it("tells whole words, and which are certain", () => {
    const { reads, words } = reader("public <x> = a (b c | bc d | b ca);");
    expect(words(reads.going(phonemes("ab")).last)).toEqual(["a", "b"]);
    expect(words(reads.certain(phonemes("ab")))).toEqual(["a"]);
    expect(words(reads.certain(phonemes("abca")))).toEqual(["a", "b", "ca"]);
  });

  it("takes the pronunciations of a word for the same", () => {
    const { reads, words } = reader("public <x> = the 42;");
    for (const text of ["dafadba", "defadba"]) expect(words(reads.whole(phonemes(text))!)).toEqual(["the", "42"]);
  });
});

describe("bad grammars", () => {
  const rule = (expansion: string) => `#JSGF V1.0;\ngrammar test;\npublic <x> = ${expansion};`;
  const chained = (count: number, expansion: (before: string) => string) =>
    `<r0> = a | b; ${Array.from({ length: count }, (_, i) => `<r${i + 1}> = ${expansion(`<r${i}>`)};`).join("")}`;

  it.each<[string, string | string[], RegExp]>([
    ["an unknown rule", rule("a <y>"), /line 3, column 16 uses <y>/],
    ["a rule of itself", rule("<x> a"), /Line 3, column 14: the grammar's rule <x> refers to itself/],
    ["rules of each other", rule("a <y>; <y> = <z> b; <z> = <y>"), /<y> refers to itself/],
    ["nothing", "", /no public rule/],
    [
      "a word that cannot be pronounced",
      rule("a b-b"),
      /Line 3, column 16 of the grammar holds "b-b", which cannot be pronounced/,
    ],
    ["such a word in a list", ["a", "b\u00a0 x-y"], /Line 2, column 4 of the grammar holds "x-y"/],
    ["an empty list", [], /allows no phrase/],
    ["an empty phrase", ["a", " "], /A phrase of the grammar is " "/],
    ["a tag without a name", rule("a {=b}"), /Line 3, column 16 of the grammar: the tag "\{=b\}" has no name/],
    ["a tag without a value", rule("a {b=}"), /the tag "\{b=\}" has no value/],
    ["a tag with a wrong name", rule("a {b c=d}"), /a name that is none/],
    ["an empty tag", rule("a {}"), /is empty/],
    ["a million alternatives", rule(Array.from({ length: 1_000_000 }, () => "a").join("|")), /too large/],
    ["a million phrases", Array.from({ length: 1_000_000 }, () => "a"), /too large/],
    ["a phrase of 100 kB", ["a ".repeat(50_000)], /50000 words in a row/],
    ["a word of 100 kB", ["a".repeat(100_000)], /more than 200 sounds/],
    ["rules that double", `${chained(40, (r) => `${r} ${r}`)} public <x> = <r40>;`, /too large/],
    [
      "rules that double around nothing",
      `${chained(60, (r) => `${r} ${r}`).replace("a | b", "<NULL>")} public <x> = a <r60>;`,
      /too large/,
    ],
    [
      "thousands of options in a row",
      rule(`${"[a] ".repeat(900)} (${"[b] ".repeat(900)}) (${"[c] ".repeat(900)})`),
      /too large/,
    ],
    [
      "many words, each before a chain of tags",
      rule(
        `(${Array.from({ length: 20_000 }, () => "a {b}").join(" | ")}) ${`(<NULL> ${"{c} ".repeat(900)})`.repeat(10)}`,
      ),
      /too large/,
    ],
  ])("%s: refused at once, saying where", (_, source, message) => {
    const started = processorMs();
    const error = errorOf(() => phraseGrammar(source));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(600);
    expect(processorMs() - started).toBeLessThan(MOST_MS);
  });

  it("subsets without end are not made; the network is held as it is", () => {
    const started = processorMs();
    const grammar = phraseGrammar(rule(`(a | b)* a ${"(a | b) ".repeat(30)}`));
    expect(processorMs() - started).toBeLessThan(MOST_MS);
    expect(accepts(grammar, `ba${"ab".repeat(15)}`)).toBe(true);
    expect(accepts(grammar, `bb${"ab".repeat(15)}`)).toBe(false);
  });

  it("states that differ in nothing but weights are told apart at once", () => {
    const phrases = Array.from({ length: 40_000 }, (_, i) => `(/1/ b | /${i + 2}/ c)`);
    const started = processorMs();
    const grammar = phraseGrammar(rule(phrases.join(" | ")));
    expect(processorMs() - started).toBeLessThan(MOST_MS);
    expect(accepts(grammar, "b")).toBe(true);
  });

  it("an error of the lexicon says where", () => {
    const { publicRules } = readGrammar(["a", "b c"]);
    const error = errorOf(() => new PhraseGrammar(publicRules, (word) => (word === "c" ? [] : [[1]])));
    expect(error.message).toMatch(/Line 2, column 3/);
  });
});
