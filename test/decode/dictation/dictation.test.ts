// Dictation: which words are heard, however the audio is cut; what users add; how text is written.

import { describe, expect, it } from "vitest";
import type { FinalResult } from "../../../src/decode/text/results.ts";
import { errorOf } from "../../support/errors.ts";
import { noise, random, rowsOf, TOKENS } from "../phonemes/support.ts";
import { decoder, feed } from "./support.ts";

function heard(text: string, options: Parameters<typeof decoder>[0] = {}, chunk = 7): FinalResult | null {
  const one = decoder(options);
  feed(one, rowsOf(text), chunk);
  return one.finish();
}

describe("dictation", () => {
  it("hears words that follow each other without a pause, and a phoneme again after a blank", () => {
    expect(heard("-bbaad-daaad-")?.text).toBe("bad dad");
    expect(heard("---cab--hed---")?.text).toBe("cab head");
  });

  it("tells words that sound alike by those before them", () => {
    expect(heard("-bad--be-")?.text).toBe("bad be");
    expect(heard("-fed--be-")?.text).toBe("fed bee");
  });

  it("tells when words were spoken, and how sure they are", () => {
    const [bad, hed] = heard("--bad---hed--")!.result.map((word) => word);
    expect([bad?.start, bad?.end]).toEqual([0.04, 0.1]);
    expect([hed?.start, hed?.end]).toEqual([0.16, 0.22]);
    expect(bad?.conf).toBeGreaterThan(0.9);
  });

  it("gives the same however the audio is cut", () => {
    const next = random(3);
    const rows = noise(400, next, 9);
    const told = [1, 3, 50, 400].map((chunk) => {
      const one = decoder({ alternatives: 3 });
      feed(one, rows, chunk);
      return JSON.stringify([one.partial(), one.finish()]);
    });
    expect(new Set(told).size).toBe(1);
  });

  it("commits only what stays", () => {
    const one = decoder();
    const rows = noise(1500, random(11), 11);
    let committed: string[] = [];
    for (let row = 0; row < 1500; row += 5) {
      one.accept(rows.subarray(row * TOKENS, (row + 5) * TOKENS), 5);
      const now = one.partial().committed.split(" ").filter(Boolean);
      expect(now.slice(0, committed.length)).toEqual(committed);
      committed = now;
    }
    expect(committed.length).toBeGreaterThan(10);
    expect(one.finish()?.text.startsWith(committed.join(" "))).toBe(true);
  });

  it("tells other readings, the likeliest first, each once", () => {
    const { alternatives = [] } = heard("-fed--be-", { alternatives: 4 })!;
    const texts = alternatives.map(({ text }) => text);
    expect(texts.slice(0, 2)).toEqual(["fed bee", "fed be"]);
    expect(new Set(texts).size).toBe(texts.length);
    expect(alternatives[0]!.confidence).toBeGreaterThan(alternatives[1]!.confidence);
  });

  it("carries a word on that an utterance cuts", () => {
    const one = decoder();
    feed(one, rowsOf("-cab--gab-he"));
    expect(one.finish(true)?.text).toBe("cab gab");
    feed(one, rowsOf("ed--bad-"));
    expect(one.finish()?.text).toBe("head bad");
    feed(one, rowsOf("------"));
    expect(one.finish()).toBeNull();
  });

  it("keeps its memory over a long time", () => {
    const one = decoder();
    const rows = noise(2000, random(5), 9);
    const sizes: number[] = [];
    for (let i = 0; i < 6; i++) {
      feed(one, rows, 100);
      one.finish();
      const { search } = (one as unknown as { phrases: { search: { trace: { before: Int32Array } } } }).phrases;
      sizes.push(search.trace.before.length);
    }
    expect(sizes.at(-1)).toBe(sizes[2]);
  });

  it("is silent in silence", () => {
    const one = decoder();
    feed(one, rowsOf("-".repeat(500)));
    expect([one.partial().partial, one.finish()]).toEqual(["", null]);
    expect(one.hasEmissions).toBe(false);
  });
});

describe("what users add", () => {
  it("prefers hotwords, of one word and of several", () => {
    expect(heard("-be-")?.text).toBe("be");
    expect(heard("-be-", { hotwords: ["bee"] })?.text).toBe("bee");
    expect(heard("-bad--be-", { hotwords: [{ phrase: "bad bee", boost: 3 }] })?.text).toBe("bad bee");
  });

  it("takes back what a broken-off phrase brought", () => {
    expect(heard("-be--cab-", { hotwords: [{ phrase: "bee head", boost: 2 }] })?.text).toBe("be cab");
  });

  it("hears words that only users know, as they write them", () => {
    expect(heard("-ghahd-", { hotwords: ["Ghahd"] })?.text).toBe("Ghahd");
  });

  it("mixes in a language model of the user's", () => {
    const arpa =
      "\\data\\\nngram 1=4\nngram 2=1\n\\1-grams:\n-99 <s>\n-1 </s>\n-1 bad\n-0.5 bee\n\\2-grams:\n-0.01 bad bee\n\\end\\\n";
    expect(heard("-bad--be-", { languageModel: { arpa, weight: 0.8 } })?.text).toBe("bad bee");
    expect(errorOf(() => decoder({ languageModel: { arpa, weight: 1 } })).code).toBe("bad-argument");
  });
});

describe("text", () => {
  it("begins with a capital, and writes names as the lexicon does", () => {
    expect(heard("-cab--hafhe-", { text: {} })?.text).toBe("Cab Paris");
  });

  it("writes numbers and signs where that is asked for", () => {
    const said = "-gegde--faf--ceca--cab-";
    expect(heard(said)?.text).toBe("twenty five comma cab");
    expect(heard(said, { text: { digits: true, punctuation: true } })?.text).toBe("25, cab");
  });
});
