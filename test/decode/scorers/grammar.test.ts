// Grammars: lists of phrases and JSGF, as what they allow.

import { describe, expect, it } from "vitest";
import { Grammar, type GrammarSource } from "../../../src/decode/scorers/grammar.ts";
import { Spelling } from "../../../src/decode/text/spelling.ts";
import { chained as chain } from "../../../src/decode/text/word-chain.ts";
import { errorOf } from "../../support/errors.ts";

const words = ["turn", "left", "right", "go", "stop", "now", "please"];
const spelling = new Spelling(["<blank>", ...words], "word", 0);
const grammar = (source: GrammarSource) => new Grammar(source, spelling);

/** How many of the words make the longest allowed utterance. */
const allowed = (scorer: Grammar, spoken: readonly string[]) =>
  scorer.follow(
    chain(
      null,
      spoken.map((word) => ({ word, start: 0, end: 1, conf: 1 })),
    ),
  ).allowed;

function allows(scorer: Grammar, text: string): boolean {
  const spoken = text === "" ? [] : text.split(" ");
  return allowed(scorer, spoken) === spoken.length;
}

const rule = (expansion: string) => `#JSGF V1.0;\ngrammar test;\npublic <command> = ${expansion};`;

/** Rules <r1> to <rN>, each of the one before. */
const chained = (count: number, expansion: (before: string) => string) =>
  Array.from({ length: count }, (_, i) => `<r${i + 1}> = ${expansion(`r${i}`)};`).join("");

/** Generous to a busy machine; the time without bounds was minutes, or for ever. */
const MOST_MS = 5000;

describe("a list of phrases", () => {
  it("has alternatives and optional parts in a phrase", () => {
    const scorer = grammar(["turn (left | right) [now]", "stop | go {tag}"]);
    for (const text of ["turn left", "turn right now go", "stop", "go"]) expect(allows(scorer, text), text).toBe(true);
    for (const text of ["turn", "turn now", "left", "now", "turn left right"])
      expect(allows(scorer, text), text).toBe(false);
    expect(errorOf(() => grammar(["go", "turn (left | right"])).message).toContain("line 2, column 19");
    expect(errorOf(() => grammar(["turn (left | <right>)"])).message).toContain("<right>");
    expect(errorOf(() => grammar(["(stop); go"])).message).toContain("line 1, column 9");
  });

  it.each([["public <x> = turn left;"], ["turn <side>"], ["| right;"], ["<side> = left"]])(
    "%s: tells that the header of JSGF is missing",
    (line) => {
      const { code, message } = errorOf(() => grammar(["go", line]));
      expect(code).toBe("bad-argument");
      expect(message).toContain("Line 2 of the grammar");
      expect(message).toContain("#JSGF V1.0;");
    },
  );

  it("holds signs in tags and quotes", () => {
    const scorer = grammar(["turn left {side=<left>;}", '("go")']);
    for (const text of ["turn left", "go"]) expect(allows(scorer, text), text).toBe(true);
    expect(() => grammar([`${"{".repeat(500_000)}`])).toThrow();
  });

  it("allows any sequence of them, and silence", () => {
    const scorer = grammar(["turn left", "go"]);
    for (const text of ["", "go", "turn left", "go go turn left go"]) expect(allows(scorer, text), text).toBe(true);
    for (const text of ["turn", "left", "go turn", "stop"]) expect(allows(scorer, text), text).toBe(false);
    expect(allowed(scorer, ["go", "turn", "right"])).toBe(1);
  });

  it("takes words in another case, and many phrases", () => {
    expect(allows(grammar(["Turn LEFT"]), "turn left")).toBe(true);
    const many = Array.from({ length: 7 ** 5 }, (_, n) =>
      Array.from({ length: 5 }, (_, i) => words[Math.floor(n / 7 ** i) % 7]).join(" "),
    );
    expect(allows(grammar(many), "go go go go go")).toBe(true);
  });

  it.each([[[]], [[""]], [["turn around"]], [[5]], [5], [null]])("refuses %j", (source) => {
    expect(errorOf(() => grammar(source as unknown as string[])).code).toBe("bad-argument");
  });
});

describe("JSGF", () => {
  it.each<[string, string[], string[]]>([
    ["turn (left | right)", ["turn left", "turn right"], ["turn", "turn left right"]],
    ["[please] go [now]", ["go", "please go", "go now", "please go now"], ["please", "now"]],
    ["go+ stop*", ["go", "go go", "go stop stop"], ["stop", "go stop go"]],
    ["(go | stop)* now", ["now", "go stop go now"], ["go"]],
    ["/3/ go {tag} | /0.5/ stop {a} {b}", ["go", "stop"], ["go stop"]],
    ['"turn left" now', ["turn left now"], ["turn now"]],
    ["go <NULL> now", ["go now"], ["go"]],
    ["go | stop <VOID>", ["go"], ["stop"]],
    ["<a> | <b> <a>; <a> = go; <b> = stop", ["go", "stop go"], ["stop"]],
    ["go // stop\n now /* and\n so on */", ["go now"], ["go stop"]],
  ])("%s", (expansion, yes, no) => {
    const scorer = grammar(rule(expansion));
    expect(allows(scorer, "")).toBe(true);
    for (const text of yes) expect(allows(scorer, text), text).toBe(true);
    for (const text of no) expect(allows(scorer, text), text).toBe(false);
  });

  it("without header, with several public rules, is read too", () => {
    const scorer = grammar("public <a> = go; public <b> = stop; <c> = now;");
    expect(["go", "stop", "now", "go stop"].map((text) => allows(scorer, text))).toEqual([true, true, false, false]);
  });

  it.each([
    ["", /no public rule/],
    ["<a> = go;", /no public rule/],
    [rule("go"), /^$/],
    [rule("go").slice(0, -1), /it ends where ";" is expected/],
    [rule("(go"), /line 3, column 23 holds ";" where "\)"/],
    [rule("go | "), /line 3, column 25 holds ";" where a word/],
    [rule("go <other>"), /line 3, column 23 uses <other>, which it does not define/],
    [rule("go <command>"), /<command> refers to itself/],
    [rule("around"), /Line 3, column 20 of the grammar holds "around", which the model's tokens cannot spell/],
    [`${rule("go")} <command> = stop;`, /<command> is defined twice/],
    ["#JSGF V1.0; grammar g; import <x.y>; public <a> = go;", /imports/],
    [rule("go } now"), /line 3, column 23 holds "}/],
    [
      `public <r0> = go; ${Array.from({ length: 3000 }, (_, i) => `public <r${i + 1}> = <r${i}>;`).join("")}`,
      /too large/,
    ],
    [
      `<r0> = go|stop; ${Array.from({ length: 30 }, (_, i) => `<r${i + 1}> = <r${i}> <r${i}>;`).join("")} public <x> = <r30>;`,
      /too large/,
    ],
  ])("%# is read, or refused with what is wrong and where", (text, message) => {
    if (message.source === "^$") {
      grammar(text);
      return;
    }
    const error = errorOf(() => grammar(text));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(message);
  });

  it.each([
    ["parentheses", rule(`${"(".repeat(99_999)}go${")".repeat(99_999)}`)],
    ["brackets", rule(`${"[".repeat(99_999)}go${"]".repeat(99_999)}`)],
    ["rules", `<r0> = go; ${chained(9999, (before) => `<${before}>`)} public <x> = <r9999>;`],
    ["pluses", rule(`go${"+".repeat(99_999)}`)],
    ["stars within parentheses", rule(`${"(".repeat(9999)}go${")*".repeat(9999)}`)],
    ["quotes", rule(`go ${'""'.repeat(900_000)}`)],
    ["a quote", rule(`go "${" ".repeat(4_999_999)}"`)],
    ["a quote of escapes", rule(`"go ${"\\ ".repeat(2_000_000)}"`)],
    ["a tag", rule(`go {${"x".repeat(9_000_000)}}`)],
    ["a comment", rule(`go /* ${"x".repeat(9_000_000)} */`)],
    ["weights", rule(Array.from({ length: 99_999 }, () => "/1.5/ go").join("|"))],
  ])("%s in any number or length are read in a bounded time", (_, text) => {
    const started = performance.now();
    expect(allows(grammar(text), "go")).toBe(true);
    expect(performance.now() - started).toBeLessThan(MOST_MS);
  });

  const doubled = (expansion: (before: string) => string, first = "<NULL>") =>
    `<r0> = ${first}; ${chained(60, expansion)} public <x> = go <r60>;`;

  it.each([
    ["rules twice", doubled((before) => `<${before}> <${before}>`)],
    ["empty quotes twice", doubled((before) => `<${before}> <${before}>`, '""')],
    ["alternatives twice", doubled((before) => `<${before}> | <${before}>`)],
    ["what is never said, twice", doubled((before) => `<${before}> <${before}>`, "<VOID>")],
    ["pluses in groups", doubled((before) => `((<${before}>)+ <${before}>)+`)],
    ["more than ten million characters", rule(`go "${" ".repeat(10_000_000)}"`)],
    ["a tag that never ends", rule(`go {${"x".repeat(9_000_000)}`)],
    ["a rule's name of megabytes", rule(`go <${"x".repeat(9_000_000)}>`)],
    ["a word of megabytes", rule("x".repeat(9_000_000))],
  ])("%s: refused in a bounded time, and in few words", (_, text) => {
    const started = performance.now();
    const error = errorOf(() => grammar(text));
    expect(error.code).toBe("bad-argument");
    expect(error.message.length).toBeLessThan(600);
    expect(performance.now() - started).toBeLessThan(MOST_MS);
  });

  it("damaged anywhere does no worse than that", () => {
    const text = rule("turn (left | right)+ [now] {tag} <x>; <x> = go /2/ * | stop");
    for (let at = 0; at < text.length; at++) {
      for (const character of ["", ";", "(", "<", '"', "{", "|", "*"]) {
        try {
          grammar(text.slice(0, at) + character + text.slice(at + 1));
        } catch (error) {
          expect(error).toMatchObject({ code: "bad-argument" });
        }
      }
    }
  });
});

describe("150,000 phrases", () => {
  const letters = new Spelling(["<blank>", " ", ..."abcdefghijklmnopqrstuvwxyz"], "character", 0);
  const name = (n: number) =>
    Array.from({ length: 6 }, (_, i) => String.fromCharCode(97 + (Math.floor(n / 5 ** i) % 26)));
  const phrases = Array.from({ length: 150_000 }, (_, n) => `${name(n).join("")} ${name(n * 7).join("")}`);

  it.each([
    ["a list", phrases],
    ["JSGF", `public <x> = (${phrases.join("|")})*;`],
  ])("as %s are a grammar within seconds, and followed quickly", (_, source) => {
    const started = performance.now();
    const scorer = new Grammar(source, letters);
    for (let n = 0; n < phrases.length; n += 500) {
      expect(allowed(scorer, phrases[n]!.split(" "))).toBe(2);
      expect(allowed(scorer, `${phrases[n]} ${phrases[n + 1]}`.split(" "))).toBe(4);
    }
    expect(scorer.beginning(scorer.start, phrases[77]!.slice(0, 3))).toBe(0);
    expect(scorer.beginning(scorer.start, "zzzzzzz")).toBe(Number.NEGATIVE_INFINITY);
    expect(performance.now() - started).toBeLessThan(MOST_MS);
  });
});

it("a grammar with more places than can be kept forgets some, and says the same", () => {
  // The word 14 before the last decides: the automaton has 2 ** 14 places of up to thousands of states.
  const padding = "[now] ".repeat(2000);
  const scorer = grammar(rule(`(go | stop)* go ${"(go | stop) ".repeat(14)}${padding}`));
  let seed = 1;
  const spoken = Array.from({ length: 4000 }, () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % 65536 < 32768 ? "go" : "stop";
  });
  let place = scorer.start;
  spoken.forEach((word, i) => {
    place = scorer.word(place, word)!.state;
    expect(scorer.end(place)).toBe(i >= 14 && spoken[i - 14] === "go" ? 0 : Number.NEGATIVE_INFINITY);
  });
});

describe("a word that has begun", () => {
  it("may go on only as a word of the grammar", () => {
    const scorer = grammar(["turn left"]);
    expect(scorer.beginning(scorer.start, "tu")).toBe(0);
    expect(scorer.beginning(scorer.start, "le")).toBe(Number.NEGATIVE_INFINITY);
  });
});
