// CTC prefix beam search: against the sum over all paths, and as a stream uses it.

import { describe, expect, it } from "vitest";
import type { DecodingOptions } from "../../../src/decode/decoding-options.ts";
import type { Hotword } from "../../../src/decode/scorers/hotwords.ts";
import type { LanguageModelSource } from "../../../src/decode/scorers/language-model.ts";
import type { TokenUnit } from "../../../src/decode/text/words.ts";
import { accept, beamOf, ctcOptions, decoderOf, randomRows, SECONDS } from "../../support/ctc.ts";
import { errorOf } from "../../support/errors.ts";

const WORDS = ["<blank>", "yes", "no", "on"];
const words = ctcOptions(WORDS);

/** Probability of every token sequence, by adding up all paths. */
function allSequences(rows: readonly (readonly number[])[]): Map<string, number> {
  let paths = new Map([["", { tokens: [] as number[], last: 0, probability: 1 }]]);
  for (const row of rows) {
    const next: typeof paths = new Map();
    for (const { tokens, last, probability } of paths.values()) {
      row.forEach((p, token) => {
        const longer = token === 0 || token === last ? tokens : [...tokens, token];
        const key = `${longer.join(",")};${token}`;
        const found = next.get(key) ?? { tokens: longer, last: token, probability: 0 };
        found.probability += probability * p;
        next.set(key, found);
      });
    }
    paths = next;
  }
  const sequences = new Map<string, number>();
  for (const { tokens, probability } of paths.values()) {
    const text = tokens.map((token) => WORDS[token]).join(" ");
    sequences.set(text, (sequences.get(text) ?? 0) + probability);
  }
  return sequences;
}

const ranked = (sequences: Map<string, number>) => [...sequences].sort((a, b) => b[1] - a[1]);

/** Rows in which one word has the given probability and the blank the rest; [0, 0] is a blank. */
const rowsOf = (...best: [number, number][]) =>
  best.map(([token, probability]) =>
    WORDS.map((_, i) => (i === 0 ? 1 - probability - 0.003 : i === token ? probability + 0.001 : 0.001)),
  );

describe("a search that keeps everything", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])("finds the sequences of the highest sums over all paths, %#", (seed) => {
    const rows = randomRows(6, 4, seed);
    const expected = ranked(allSequences(rows)).slice(0, 10);
    const { alternatives } = accept(beamOf({ beam: 1024, alternatives: 10 }, words), rows).finish()!;
    alternatives!.forEach(({ text, confidence }, i) => {
      expect(text).toBe(expected[i]![0]);
      expect(confidence).toBeCloseTo(expected[i]![1], 6);
    });
  });

  it("under a grammar ranks what it allows, with the same probabilities", () => {
    const rows = randomRows(7, 4, 20);
    const allowed = ["yes no", "no yes on", "on", ""];
    const expected = ranked(allSequences(rows)).filter(([text]) => allowed.includes(text));
    const grammar = "public <p> = yes no | no yes on | on;";
    const { alternatives } = accept(beamOf({ beam: 1024, alternatives: 10, grammar }, words), rows).finish()!;
    expect(alternatives!.map(({ text }) => text)).toEqual(expected.map(([text]) => text));
    for (const [i, { confidence }] of alternatives!.entries()) expect(confidence).toBeCloseTo(expected[i]![1], 6);
  });

  it("weighs by hotwords", () => {
    const rows = randomRows(6, 4, 30);
    const isBoosted = (word: string, i: number, all: string[]) => word === "on" && all[i - 1] !== "on";
    const weight = (text: string) => Math.E ** text.split(" ").filter(isBoosted).length;
    const expected = ranked(new Map([...allSequences(rows)].map(([text, p]) => [text, p * weight(text)])));
    const hotwords = [{ phrase: "on", boost: 1 }];
    const { alternatives } = accept(beamOf({ beam: 1024, alternatives: 8, hotwords }, words), rows).finish()!;
    expect(alternatives!.map(({ text }) => text)).toEqual(expected.slice(0, 8).map(([text]) => text));
  });

  it("weighs by a language model", () => {
    const arpa = "\\data\\\nngram 1=4\n\\1-grams:\n-0.2 yes\n-1.5 no\n-0.8 on\n-0.5 </s>\n\\end\\";
    const cost: Record<string, number> = { yes: -0.2, no: -1.5, on: -0.8, "": 0 };
    const weight = (text: string) =>
      text.split(" ").reduce((w, word) => w * 10 ** (0.7 * cost[word]!) * (word ? Math.exp(0.3) : 1), 1);
    const rows = randomRows(6, 4, 40);
    const expected = ranked(new Map([...allSequences(rows)].map(([text, p]) => [text, p * weight(text)])));
    const languageModel = { arpa, weight: 0.7, wordBonus: 0.3 };
    const { alternatives } = accept(beamOf({ beam: 1024, alternatives: 8, languageModel }, words), rows).finish()!;
    expect(alternatives!.map(({ text }) => text)).toEqual(expected.slice(0, 8).map(([text]) => text));
  });
});

describe("what may be said", () => {
  const rows = rowsOf([1, 0.9], [0, 0], [2, 0.4], [2, 0.45], [0, 0]);

  it("is what was heard, unless a grammar forbids it", () => {
    expect(accept(beamOf({ beam: 16 }, words), rows).finish()!.text).toBe("yes no");
    expect(accept(beamOf({ grammar: "public <p> = yes on | yes;" }, words), rows).finish()!.text).toBe("yes");
    expect(accept(beamOf({ grammar: ["on"] }, words), rows).finish()).toBeNull();
  });

  it("with a boost is what was nearly heard", () => {
    const doubtful = rowsOf([1, 0.9], [0, 0], [3, 0.1], [3, 0.12], [0, 0]);
    expect(accept(beamOf({ beam: 16 }, words), doubtful).finish()!.text).toBe("yes");
    expect(accept(beamOf({ hotwords: [{ phrase: "on", boost: 2.5 }] }, words), doubtful).finish()!.text).toBe("yes on");
  });

  it("spelled by pieces and characters is the same", () => {
    const pieces = ctcOptions(["<blank>", "\u2581ye", "s", "\u2581no"], "piece");
    const spoken = [
      [0.1, 0.8, 0.05, 0.05],
      [0.1, 0.05, 0.8, 0.05],
      [0.4, 0.05, 0.3, 0.25],
      [0.1, 0.05, 0.05, 0.8],
    ];
    expect(accept(beamOf({ beam: 16 }, pieces), spoken).finish()!.text).toBe("yes no");
    expect(accept(beamOf({ grammar: "public <p> = yes;" }, pieces), spoken).finish()!.text).toBe("yes");
    const characters = ctcOptions(["<blank>", "a", "b", "|"], "character");
    expect(accept(beamOf({ grammar: ["a b"] }, characters), spoken).finish()!.text).toBe("a b");
    expect(accept(beamOf({ beam: 16 }, characters), spoken).finish()!.text).toBe("ab");
  });

  it("in the middle of a phrase is the phrases before", () => {
    const three = rowsOf([1, 0.95], [0, 0], [2, 0.95], [0, 0], [1, 0.95], [0, 0]);
    expect(accept(beamOf({ grammar: ["yes no"], beam: 1 }, words), three).finish()!.text).toBe("yes no");
  });
});

describe("partial", () => {
  it.each<[string, TokenUnit, string[], DecodingOptions]>([
    ["words", "word", WORDS, { beam: 8 }],
    ["words with alternatives", "word", WORDS, { alternatives: 3 }],
    ["words under a grammar", "word", WORDS, { grammar: ["yes no", "on on yes", "no"] }],
    ["pieces", "piece", ["<blank>", "\u2581a", "b", "\u2581"], { beam: 8, hotwords: ["ab a"] }],
    ["characters", "character", ["<blank>", "a", "b", " "], { beam: 8 }],
  ])("of %s begins with what was committed, which only grows and begins the final", (_, unit, tokens, options) => {
    const decoder = beamOf(options, ctcOptions(tokens, unit));
    let before = "";
    let grown = 0;
    randomRows(600, 4, 50).forEach((row, i) => {
      accept(decoder, [row.map((p, token) => (token === 0 ? p + 2 : p) / 3)]);
      accept(decoder, [row]);
      const { partial, committed, alternatives, partial_result } = decoder.partial();
      expect(partial.startsWith(committed)).toBe(true);
      expect(committed.startsWith(before)).toBe(true);
      expect(partial_result.map(({ word }) => word).join(" ")).toBe(partial);
      if (alternatives) expect(alternatives[0]!.text).toBe(partial);
      if (committed !== before) grown++;
      before = committed;
      if (i % 100 === 99) {
        const text = decoder.finish()?.text ?? "";
        expect(text.startsWith(before)).toBe(true);
        before = "";
      }
    });
    expect(grown).toBeGreaterThan(20);
  });
});

describe("alternatives", () => {
  it("are sorted, in 0 ... 1, and together no more than 1", () => {
    for (const seed of [60, 61, 62]) {
      const decoder = beamOf({ beam: 8, alternatives: 8, hotwords: ["yes"] }, words);
      for (const row of randomRows(40, 4, seed)) {
        const { alternatives } = accept(decoder, [row]).partial();
        const confidences = alternatives!.map(({ confidence }) => confidence);
        expect([...confidences].sort((a, b) => b - a)).toEqual(confidences);
        expect(Math.min(...confidences)).toBeGreaterThanOrEqual(0);
        expect(confidences.reduce((a, b) => a + b)).toBeLessThanOrEqual(1 + 1e-9);
        expect(new Set(alternatives!.map(({ text }) => text)).size).toBe(alternatives!.length);
      }
    }
  });

  it("are as many as were asked for, and absent otherwise", () => {
    const rows = randomRows(20, 4, 70);
    expect(accept(beamOf({ alternatives: 3 }, words), rows).finish()!.alternatives).toHaveLength(3);
    expect(accept(beamOf({ beam: 3 }, words), rows).finish()).not.toHaveProperty("alternatives");
  });
});

describe("rows", () => {
  it("give the same however they are handed over", () => {
    const rows = randomRows(300, 4, 80);
    const whole = accept(beamOf({ alternatives: 4, hotwords: ["no on"] }, words), rows).finish();
    for (const step of [1, 3, 50]) {
      const decoder = beamOf({ alternatives: 4, hotwords: ["no on"] }, words);
      for (let at = 0; at < rows.length; at += step) {
        accept(decoder, rows.slice(at, at + step));
        decoder.partial();
      }
      expect(decoder.finish()).toEqual(whole);
    }
  });

  it("of an hour do not underflow", () => {
    const decoder = beamOf({ beam: 4, alternatives: 2 }, words);
    const rows = randomRows(9000, 4, 90);
    for (let i = 0; i < 10; i++) accept(decoder, rows);
    const { result, alternatives } = decoder.finish()!;
    expect(result.length).toBeGreaterThan(10000);
    expect(alternatives!.every(({ confidence }) => confidence >= 0 && confidence <= 1)).toBe(true);
  });

  it.each([-200, -500, -700])("in which all is as good as impossible (%i) say nothing, and harm nothing", (logProb) => {
    const decoder = beamOf({ beam: 4 }, words);
    for (let i = 0; i < 5; i++) decoder.accept(new Float32Array(8).fill(logProb), 2);
    expect(accept(decoder, rowsOf([1, 0.9], [0, 0])).finish()!.text).toBe("yes");
  });

  it("of NaN say nothing, and harm nothing", () => {
    const decoder = accept(beamOf({ beam: 4 }, words), rowsOf([1, 0.9], [0, 0]));
    decoder.accept(new Float32Array(8).fill(Number.NaN), 2);
    expect(accept(decoder, rowsOf([2, 0.9])).finish()!.text).toBe("yes no");
  });

  it("that are skipped pass in silence", () => {
    const spoken = rowsOf([1, 0.9], [0, 0]);
    const silent = Array.from({ length: 50 }, () => [1, 0, 0, 0]);
    for (const options of [{}, { beam: 4 }]) {
      const fed = accept(decoderOf(options, words), [...spoken, ...silent, ...spoken]);
      const skipped = accept(decoderOf(options, words), spoken);
      skipped.skip(50);
      skipped.skip(0);
      expect(skipped.trailingSilenceSeconds).toBeCloseTo(51 * SECONDS, 9);
      expect(accept(skipped, spoken).finish()).toEqual(fed.finish());
    }
  });
});

describe("times", () => {
  it("are the run's along the likeliest path, as greedy decoding has them", () => {
    const rows = rowsOf([0, 0], [1, 0.9], [1, 0.8], [0, 0], [2, 0.95], [0, 0]);
    const [yes, no] = accept(beamOf({ beam: 16 }, words), rows).finish()!.result;
    expect(yes).toMatchObject({ word: "yes", start: 1 * SECONDS, end: 3 * SECONDS });
    expect(yes!.conf).toBeCloseTo(0.851, 6);
    expect(no).toMatchObject({ word: "no", start: 4 * SECONDS, end: 5 * SECONDS });
  });

  it.each([{}, { beam: 8 }])(
    "are earlier by the model's delay, never negative, empty or out of order, %j",
    (options) => {
      const delayed = ctcOptions(WORDS, "word", 4);
      const rows = rowsOf([1, 0.9], [2, 0.9], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [3, 0.9], [3, 0.9], [0, 0]);
      const { result } = accept(decoderOf(options, delayed), rows).finish()!;
      const spans = result.map(({ word, start, end }) => [
        word,
        Math.round(start / SECONDS),
        Math.round(end / SECONDS),
      ]);
      expect(spans).toEqual([
        ["yes", 0, 1],
        ["no", 1, 2],
        ["on", 3, 5],
      ]);
    },
  );

  it.each([{}, { beam: 8 }])("count from the start of the audio, not of the silence before it, %j", (options) => {
    const rows = rowsOf([1, 0.9], [0, 0], [0, 0], [0, 0], [0, 0], [2, 0.9], [0, 0]);
    const decoder = decoderOf(options, { ...ctcOptions(WORDS, "word"), startRow: -2.5 });
    for (let run = 0; run < 2; run++) {
      accept(decoder, rows);
      expect(decoder.utteranceSeconds).toBeCloseTo(4.5 * SECONDS, 12);
      expect(decoder.trailingSilenceSeconds).toBeCloseTo(SECONDS, 12);
      const [yes, no] = decoder.finish()!.result;
      expect(yes).toMatchObject({ start: 0, end: SECONDS });
      expect(no).toMatchObject({ start: 2.5 * SECONDS, end: 3.5 * SECONDS });
      decoder.reset();
    }
  });

  it.each([{}, { beam: 8 }])("run on over utterances, %j", (options) => {
    const decoder = accept(decoderOf(options, ctcOptions(WORDS, "word", 3)), rowsOf([1, 0.9], [1, 0.9]));
    decoder.partial();
    expect(decoder.finish()!.result[0]).toMatchObject({ start: 0, end: SECONDS });
    const [no] = accept(decoder, rowsOf([0, 0], [2, 0.9])).finish()!.result;
    expect(no).toMatchObject({ start: SECONDS, end: 2 * SECONDS });
  });
});

describe("utterances", () => {
  it("cut within a word do not both have it", () => {
    const decoder = accept(beamOf({ beam: 4 }, words), rowsOf([0, 0], [1, 0.9], [1, 0.9]));
    expect(decoder.finish()!.text).toBe("yes");
    expect(accept(decoder, rowsOf([1, 0.9], [1, 0.9])).partial().partial).toBe("");
    expect(decoder.hasEmissions).toBe(false);
    expect(decoder.trailingSilenceSeconds).toBe(0);
    expect(accept(decoder, rowsOf([0, 0], [1, 0.9])).finish()!.text).toBe("yes");
  });

  it("tell how long they are, and for how long nothing was said", () => {
    const decoder = beamOf({ beam: 4 }, words);
    const state = () => [
      Math.round(decoder.utteranceSeconds / SECONDS),
      Math.round(decoder.trailingSilenceSeconds / SECONDS),
      decoder.hasEmissions,
    ];
    accept(decoder, rowsOf([0, 0], [0, 0]));
    expect(state()).toEqual([2, 2, false]);
    accept(decoder, rowsOf([1, 0.9]));
    expect(state()).toEqual([3, 0, true]);
    accept(decoder, rowsOf([0, 0], [0, 0]));
    expect(state()).toEqual([5, 2, true]);
    decoder.finish();
    expect(state()).toEqual([0, 0, false]);
    decoder.reset();
    expect(accept(decoder, rowsOf([1, 0.9])).finish()!.result[0]!.start).toBe(0);
  });

  it("are incomplete within a phrase of the grammar", () => {
    const decoder = accept(beamOf({ grammar: ["yes no"] }, words), rowsOf([1, 0.9]));
    expect([decoder.hasEmissions, decoder.isIncomplete]).toEqual([true, true]);
    accept(decoder, rowsOf([2, 0.9]));
    expect([decoder.hasEmissions, decoder.isIncomplete]).toEqual([true, false]);
  });
});

describe("options", () => {
  it.each<[DecodingOptions, RegExp]>([
    [{ hotwords: ["maybe"] }, /"maybe"/],
    [{ grammar: 5 as unknown as string }, /grammar is 5/],
    [{ languageModel: "" }, /ARPA/],
    [{ languageModel: null as unknown as string }, /languageModel is null/],
    [{ languageModel: { arpa: "", weigth: 1 } as LanguageModelSource }, /languageModel.weigth is no option/],
    [{ hotwords: [{ phrase: "yes", bost: 2 } as Hotword] }, /hotword.bost is no option/],
    [{ hotwords: [null as unknown as Hotword] }, /A hotword is null/],
  ])("%j are refused", (options, message) => {
    const error = errorOf(() => decoderOf(options, words));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(message);
  });
});
