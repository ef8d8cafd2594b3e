// All sequences of phonemes by which a text may be said.

import { describe, expect, it } from "vitest";
import { readLexicon } from "../../src/pronounce/lexicon.ts";
import { Pronouncer } from "../../src/pronounce/pronouncer.ts";
import { soundSequences } from "../../src/pronounce/sound-sequences.ts";
import { errorOf } from "../support/errors.ts";
import { lexiconOf, listed } from "../support/lexicon.ts";

const lexicon = readLexicon(
  lexiconOf([listed("a", "ə|eɪ"), listed("bad", "b æ d"), listed("two", "t u"), listed("ten", "t ɛ n|t ɪ n")]),
);
const pronouncer = new Pronouncer(lexicon, { bot: "b ɑ t" });
const said = (text: string) =>
  soundSequences(pronouncer, text).map((sounds) => sounds.map((one) => lexicon.phonemes[one]).join(" "));

describe("a text", () => {
  it.each([
    ["bad", ["b æ d"]],
    ["a ten", ["ə t ɛ n", "ə t ɪ n", "eɪ t ɛ n", "eɪ t ɪ n"]],
    ["2", ["t u"]],
    ["bot", ["b ɑ t"]],
  ])("%s is said in each of its ways, once", (text, ways) => expect(said(text)).toEqual(ways));

  it("of many ways is said in the most usual ones", () => {
    const ways = said("ten ten ten ten ten ten ten");
    expect(ways).toHaveLength(32);
    expect(new Set(ways).size).toBe(32);
    expect(ways[0]).toBe(Array(7).fill("t ɛ n").join(" "));
  });

  it("that cannot be said is an error", () => expect(errorOf(() => said("#!%")).code).toBe("bad-argument"));
});
