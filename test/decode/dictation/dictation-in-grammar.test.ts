// Places of a grammar at which any words may be dictated.

import { describe, expect, it } from "vitest";
import { phonemeDecoders } from "../../../src/decode/phonemes/phoneme-decoders.ts";
import { Grammar, type GrammarSource } from "../../../src/decode/scorers/grammar.ts";
import type { FinalResult } from "../../../src/decode/text/results.ts";
import { Spelling } from "../../../src/decode/text/spelling.ts";
import { errorOf } from "../../support/errors.ts";
import { noise, random, rowsOf, TOKENS } from "../phonemes/support.ts";
import { CTC, decoder, feed, say } from "./support.ts";

const NOTE = "public <note> = a gag <dictation>;";

function heard(grammar: GrammarSource, text: string, chunk = 7): FinalResult | null {
  const one = decoder({ grammar });
  feed(one, rowsOf(text), chunk);
  return one.finish();
}

describe("<dictation> in a grammar", () => {
  it("hears any words, which are a slot", () => {
    const final = heard(NOTE, "-a--gag--bad--hed-");
    expect(final?.text).toBe("a gag bad head");
    expect(final).toMatchObject({ intent: "note", slots: { dictation: "bad head" } });
  });

  it("tells when its words were spoken, one after the other", () => {
    const final = heard(NOTE, "--aa--gag--bad---hed--")!;
    expect(final.result.map(({ word, start, end }) => [word, start, end])).toEqual([
      ["a", 0.04, 0.12],
      ["gag", 0.12, 0.22],
      ["bad", 0.22, 0.34],
      ["head", 0.34, 0.44],
    ]);
    for (const { conf } of final.result) expect(conf).toBeGreaterThan(0.9);
  });

  it.each([
    ["before other words", "public <x> = <dictation> gag a;", "-cab-bad-gag--a-", "cab bad gag a", "cab bad"],
    ["between them", "public <x> = gag <dictation> a;", "-gag-hed-a-", "gag head a", "head"],
    ["with a phoneme that repeats", "public <x> = gab <dictation> da;", "-gab-bad-da-", "gab bad da", "bad"],
    ["in an option that is used", "public <x> = gag [a <dictation>];", "-gag-a-fed-", "gag a fed", "fed"],
    ["twice", "public <x> = <dictation> agaga <dictation>;", "-bad-agaga-hed-", "bad agaga head", "bad head"],
  ])("stands %s", (_, grammar, text, said, slot) => {
    expect(heard(grammar, text)).toMatchObject({ text: said, slots: { dictation: slot } });
  });

  it("is part of the rules around it, and of a list", () => {
    const nested = "public <x> = gag <body>; <body> = <dictation> | nothing {none};".replace("nothing", "ceh");
    expect(heard(nested, "-gag-bad-")).toMatchObject({ intent: "x", slots: { body: "bad", dictation: "bad" } });
    expect(heard(["gag <dictation>"], "-gag-cab-bad-")?.text).toBe("gag cab bad");
  });

  it("scores its words by the language model", () => {
    expect(heard(NOTE, "-a-gag-bad--be-")?.slots).toEqual({ dictation: "bad be" });
    expect(heard(NOTE, "-a-gag-fed--be-")?.slots).toEqual({ dictation: "fed bee" });
  });

  it("needs a word at least", () => {
    expect(heard(NOTE, "-a--gag----")).toBeNull();
    expect(heard("public <x> = a gag [<dictation>];", "-a--gag----")).toMatchObject({ text: "a gag", slots: {} });
  });

  it("knows hotwords and what a user's model adds", () => {
    const one = decoder({ grammar: NOTE, hotwords: ["habag"] });
    feed(one, rowsOf("-a-gag-habag-"));
    expect(one.finish()?.slots).toEqual({ dictation: "habag" });
  });

  it("shows words as they come, and commits only what stays", () => {
    const one = decoder({ grammar: NOTE });
    const rows = rowsOf("-a--gag--bad---hed---cab--");
    const shown: string[] = [];
    let committed = "";
    for (let row = 0; row < rows.length / TOKENS; row++) {
      one.accept(rows.subarray(row * TOKENS, (row + 1) * TOKENS), 1);
      const { partial, committed: now } = one.partial();
      if (partial !== shown[shown.length - 1]) shown.push(partial);
      expect(now.startsWith(committed)).toBe(true);
      committed = now;
    }
    expect(shown.slice(-3)).toEqual(["a gag bad", "a gag bad head", "a gag bad head cab"]);
    expect(committed.split(" ").length).toBeGreaterThan(2);
    expect(one.finish()?.text).toBe("a gag bad head cab");
  });

  it("gives the same however the audio is cut, with all its readings", () => {
    const rows = noise(300, random(8), 9);
    const told = [1, 4, 300].map((chunk) => {
      const one = decoder({ grammar: NOTE, alternatives: 3 });
      feed(one, rows, chunk);
      return JSON.stringify([one.partial(), one.finish()]);
    });
    expect(new Set(told).size).toBe(1);
  });

  it("may be a rule of the user's own", () => {
    expect(heard("public <x> = gag <dictation>; <dictation> = ace;", "-gag--ace-")).toMatchObject({
      slots: { dictation: "ace" },
    });
  });
});

describe("errors", () => {
  it("where there is no language model", () => {
    const error = errorOf(() => phonemeDecoders({ grammar: NOTE }, CTC, undefined, say));
    expect(error.code).toBe("unsupported");
    expect(error.message).toMatch(/no language model/);
  });

  it("in keywords", () => {
    const error = errorOf(() => decoder({ grammar: ["a"], keywords: ["gag <dictation>"] }));
    expect([error.code, error.message]).toEqual(["unsupported", expect.stringMatching(/Keyword 1/)]);
  });

  it("with a model of letters", () => {
    const error = errorOf(
      () => new Grammar("public <x> = a g <dictation>;", new Spelling(["<blank>", "a", "g", " "], "character", 0)),
    );
    expect([error.code, error.message]).toEqual(["unsupported", expect.stringMatching(/column 18/)]);
  });

  it("for options of text", () => {
    expect(errorOf(() => decoder({ grammar: NOTE, text: { digits: true } })).code).toBe("unsupported");
  });
});
