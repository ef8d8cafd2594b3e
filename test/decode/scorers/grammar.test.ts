// Grammars: lists of phrases and JSGF, as what they allow.

import { describe, expect, it } from "vitest";
import { Grammar, type GrammarSource } from "../../../src/decode/scorers/grammar.ts";
import { Spelling } from "../../../src/decode/text/spelling.ts";
import { errorOf } from "../../support/errors.ts";

const words = ["turn", "left", "right", "go", "stop", "now", "please"];
const spelling = new Spelling(["<blank>", ...words], "word", 0);
const grammar = (source: GrammarSource) => new Grammar(source, spelling);

function allows(scorer: Grammar, text: string): boolean {
  const spoken = text === "" ? [] : text.split(" ");
  return scorer.allowed(spoken) === spoken.length;
}

const rule = (expansion: string) => `#JSGF V1.0;\ngrammar test;\npublic <command> = ${expansion};`;

describe("a list of phrases", () => {
  it("allows any sequence of them, and silence", () => {
    const scorer = grammar(["turn left", "go"]);
    for (const text of ["", "go", "turn left", "go go turn left go"]) expect(allows(scorer, text), text).toBe(true);
    for (const text of ["turn", "left", "go turn", "stop"]) expect(allows(scorer, text), text).toBe(false);
    expect(scorer.allowed(["go", "turn", "right"])).toBe(1);
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
    [rule("(go"), /line 3 holds ";" where "\)"/],
    [rule("go | "), /line 3 holds ";" where a word/],
    [rule("go <other>"), /<other>, which it does not define/],
    [rule("go <command>"), /<command> refers to itself/],
    [rule("around"), /"around", which the model's tokens cannot spell/],
    [`${rule("go")} <command> = stop;`, /<command> is defined twice/],
    ["#JSGF V1.0; grammar g; import <x.y>; public <a> = go;", /imports/],
    [rule("go } now"), /line 3 holds "}/],
    [rule(`${"(".repeat(9999)}go${")".repeat(9999)}`), /deep/],
    [`public <r0> = go; ${Array.from({ length: 3000 }, (_, i) => `public <r${i + 1}> = <r${i}>;`).join("")}`, /deep/],
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

describe("a word that has begun", () => {
  it("may go on only as a word of the grammar", () => {
    const scorer = grammar(["turn left"]);
    expect(scorer.beginning(scorer.start, "tu")).toBe(0);
    expect(scorer.beginning(scorer.start, "le")).toBe(Number.NEGATIVE_INFINITY);
  });
});
