// A stream's decoder for phonemes: phrases with words, times, meaning and confidence; keywords; grammars that change.

import { describe, expect, it } from "vitest";
import type { DecodingOptions } from "../../../src/decode/decoding-options.ts";
import type { PhonemeDecoder } from "../../../src/decode/phonemes/phoneme-decoder.ts";
import { phonemeDecoders } from "../../../src/decode/phonemes/phoneme-decoders.ts";
import { errorOf } from "../../support/errors.ts";
import { LETTERS, noise, phraseGrammar, pronounce, random, rowsOf, TOKENS } from "./support.ts";

const CTC = {
  tokens: ["<blank>", ...LETTERS],
  tokenUnit: "phoneme",
  blank: 0,
  tokenSeconds: 0.02,
  delay: 0,
  startRow: -5,
} as const;

const decoder = (options: DecodingOptions) => phonemeDecoders(options, CTC, undefined, pronounce)() as PhonemeDecoder;

/** Feeds rows in chunks of so many. */
function feed(to: PhonemeDecoder, logProbs: Float32Array, chunk = 1, each: () => void = () => {}): void {
  const rows = logProbs.length / TOKENS;
  for (let row = 0; row < rows; row += chunk) {
    const count = Math.min(chunk, rows - row);
    to.accept(logProbs.subarray(row * TOKENS, (row + count) * TOKENS), count);
    each();
  }
}

const LAMP = `public <lamp> = turn the <room> (on | off);
  <room> = kit chen | bed;`.replace(
  /turn|the|kit|chen|bed|on|off/g,
  (word) => ({ turn: "agf", the: "the", kit: "heg", chen: "bac", bed: "gad", on: "ac", off: "ab" })[word]!,
);

describe("a phrase", () => {
  it("comes with words, times, meaning and confidence", () => {
    const heard = decoder({ grammar: LAMP });
    feed(heard, rowsOf("-----a-g-ff---d-a--g-a-d--a-cc-----"));
    expect(heard.finish()).toEqual({
      text: "agf the gad ac",
      intent: "lamp",
      slots: { room: "gad" },
      confidence: expect.closeTo(0.97, 1),
      result: [
        { word: "agf", start: expect.closeTo(0), end: expect.closeTo(0.16), conf: expect.closeTo(1) },
        { word: "the", start: expect.closeTo(0.16), end: expect.closeTo(0.26), conf: expect.closeTo(1) },
        { word: "gad", start: expect.closeTo(0.26), end: expect.closeTo(0.4), conf: expect.closeTo(1) },
        { word: "ac", start: expect.closeTo(0.4), end: expect.closeTo(0.56), conf: expect.closeTo(1) },
      ],
    });
    expect(heard.finish()).toBeNull();
  });

  it("has words that go on into a pause, no further than has been heard", () => {
    const heard = decoder({ grammar: LAMP });
    const ends: number[] = [];
    feed(heard, rowsOf("-----a-g-f-------d-a----"), 1, () => ends.push(heard.partial().partial_result[0]?.end ?? 0));
    const times = [0, 0.1, 0.12, 0.14, 0.16];
    expect([...new Set(ends)].sort((a, b) => a - b)).toEqual(times.map((time) => expect.closeTo(time)));
  });

  it("shows word by word; what is committed stands", () => {
    const heard = decoder({ grammar: LAMP });
    const shown: string[] = [];
    let committed = "";
    feed(heard, rowsOf("-----a-g-ff---d-a--g-a-d--a-cc-----"), 1, () => {
      const partial = heard.partial();
      expect(partial.committed.startsWith(committed)).toBe(true);
      expect(partial.partial.startsWith(partial.committed)).toBe(true);
      committed = partial.committed;
      if (partial.partial !== shown[shown.length - 1]) shown.push(partial.partial);
    });
    expect(shown).toEqual(["", "agf", "agf the", "agf the gad", "agf the gad ac"]);
    expect(committed).toContain("agf the");
    expect(heard.partial().slots).toEqual({ room: "gad" });
  });

  it("tells other readings, and their meaning", () => {
    const heard = decoder({ grammar: LAMP, alternatives: 3 });
    const rows = rowsOf("-a-g-f--d-a--g-a-d--a-c--");
    // The last phoneme may as well be a b.
    const row = "-a-g-f--d-a--g-a-d--a-".length;
    rows[row * TOKENS + 2] = -1;
    feed(heard, rows);
    const { alternatives } = heard.finish()!;
    expect(alternatives!.map(({ text }) => text)).toEqual(["agf the gad ac", "agf the gad ab"]);
    const [first, second] = alternatives!;
    expect(first!.confidence).toBeGreaterThan(second!.confidence);
    expect(first!.confidence + second!.confidence).toBeLessThanOrEqual(1);
    expect(second!.slots).toEqual({ room: "gad" });
  });

  it("is the same however the audio is cut, in noise as well", () => {
    const grammar = phraseGrammarOf(["ab cd", "abba", "cd ef gh", "the 42"]);
    const next = random(21);
    for (let trial = 0; trial < 10; trial++) {
      const logProbs = noise(120, next, 9);
      const results = [1, 7, 120].map((chunk) => {
        const heard = decoder({ grammar, alternatives: 4, sensitivity: 1 });
        feed(heard, logProbs, chunk, () => chunk === 7 && heard.partial());
        return heard.finish();
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });
});

/** The list as it is: a helper for the eye. */
const phraseGrammarOf = (phrases: string[]) => phrases;

describe("what is not in the grammar", () => {
  it.each(["-f-f-h-e-h-e-h-", "---------", "-a-g-f----------"])("%s is not heard", (text) => {
    const heard = decoder({ grammar: LAMP });
    feed(heard, rowsOf(text));
    expect(heard.finish()).toBeNull();
  });

  it("is heard if one is not particular", () => {
    const text = "-h-h-f--h-h--g-h-d--h-c--";
    const strict = decoder({ grammar: LAMP });
    feed(strict, rowsOf(text));
    expect(strict.finish()).toBeNull();
    const lenient = decoder({ grammar: LAMP, sensitivity: 1 });
    feed(lenient, rowsOf(text));
    expect(lenient.finish()!.text).toBe("agf the gad ac");
  });

  it("is taken for the nearest phrase by who asks for that, however far it is", () => {
    const text = "-h-h-f--h-h--g-h-d--";
    const certain = decoder({ grammar: ["agf gad", "ac ac"] });
    feed(certain, rowsOf(text));
    expect(certain.finish()).toBeNull();
    const nearest = decoder({ grammar: ["agf gad", "ac ac"], sensitivity: 1 });
    feed(nearest, rowsOf(text));
    const { text: phrase, confidence } = nearest.finish()!;
    expect(phrase).toBe("agf gad");
    expect(confidence).toBeLessThan(0.2);
  });

  it("is [unk] where the grammar allows that", () => {
    const heard = decoder({ grammar: ["agf gad", "[unk]"] });
    feed(heard, rowsOf("-----f-f-h-e-h-e-h-"));
    expect(heard.finish()).toMatchObject({
      text: "[unk]",
      result: [{ word: "[unk]", start: 0, end: expect.closeTo(0.28) }],
    });
    feed(heard, rowsOf("-a-g-f-g-a-d--"));
    expect(heard.finish()!.text).toBe("agf gad");
  });

  it("may stand within a phrase", () => {
    const heard = decoder({ grammar: "public <x> = agf [unk] gad;" });
    feed(heard, rowsOf("-a-g-f-h-e-h-g-a-d--"));
    expect(heard.finish()!.text).toBe("agf [unk] gad");
  });
});

describe("endpoints", () => {
  it("wait for a phrase to be whole, and end speech outside of the grammar", () => {
    const heard = decoder({ grammar: LAMP });
    expect([heard.hasEmissions, heard.isIncomplete]).toEqual([false, false]);
    feed(heard, rowsOf("-a-g-f--d-a------"));
    expect([heard.hasEmissions, heard.isIncomplete]).toEqual([true, true]);
    expect(heard.trailingSilenceSeconds).toBeCloseTo(0.12);
    feed(heard, rowsOf("-g-a-d-a-c---"));
    expect(heard.isIncomplete).toBe(false);
    heard.finish();
    feed(heard, rowsOf("-h-e-h-e-h"));
    expect([heard.hasEmissions, heard.isIncomplete]).toEqual([true, false]);
  });
});

describe("another grammar", () => {
  const grammars = { lamp: phraseGrammar(LAMP), timer: phraseGrammar(["gab fed"]) };

  it("is listened for from the next utterance on, or at once where nothing was said", () => {
    const heard = decoder({ grammar: LAMP });
    heard.setGrammar(grammars.timer, null);
    feed(heard, rowsOf("-g-a-b-f-e-d--"));
    heard.setGrammar(grammars.lamp, null);
    expect(heard.finish()!.text).toBe("gab fed");
    feed(heard, rowsOf("-a-g-f--d-a--g-a-d--a-c--"));
    heard.setGrammar(null, null);
    expect(heard.finish()!.slots).toEqual({ room: "gad" });
    feed(heard, rowsOf("-g-a-b-f-e-d--"));
    expect(heard.finish()).toBeNull();
    heard.reset();
    feed(heard, rowsOf("-a-g-f--d-a--g-a-d--a-c--"));
    expect(heard.finish()!.intent).toBe("lamp");
  });

  it("may be told where to begin", () => {
    const heard = decoder({ keywords: ["hef"] });
    feed(heard, rowsOf("-----b-b-h-e-f-g-a-b-f-e-d--"));
    const [keyword] = heard.keywords();
    expect(keyword).toMatchObject({ keyword: "hef", start: expect.closeTo(0.06), end: expect.closeTo(0.18) });
    expect(keyword!.confidence).toBeGreaterThan(0.5);
    heard.setGrammar(grammars.timer, keyword!.end);
    const { text, result } = heard.finish()!;
    expect(text).toBe("gab fed");
    expect(result[0]!.start).toBeCloseTo(0.18);
  });
});

describe("keywords", () => {
  it("are caught beside a grammar, once each time they are said", () => {
    const heard = decoder({ grammar: ["gab fed"], keywords: ["hef bed", { phrase: "cagebag", sensitivity: 0.5 }] });
    feed(heard, rowsOf("-h-e-f-b-e-d---g-a-b-f-e-d-----hh--e-ff-b--e-dd-------------"), 5);
    expect(heard.keywords().map(({ keyword }) => keyword)).toEqual(["hef bed", "hef bed"]);
    expect(heard.keywords()).toEqual([]);
    expect(heard.finish()!.text).toBe("gab fed");
  });

  it("are caught the same however the audio is cut", () => {
    const next = random(4);
    const logProbs = noise(4000, next, 9);
    const caught = [1, 64].map((chunk) => {
      const heard = decoder({
        keywords: [
          { phrase: "abc", sensitivity: 0.99 },
          { phrase: "efg", sensitivity: 0.99 },
        ],
      });
      const all: unknown[] = [];
      feed(heard, logProbs, chunk, () => all.push(...heard.keywords()));
      return all;
    });
    expect(caught[0]!.length).toBeGreaterThan(0);
    expect(caught[1]).toEqual(caught[0]);
  });

  it("are not caught in other words", () => {
    const heard = decoder({ keywords: ["hefbed"] });
    feed(heard, rowsOf("-g-a-b-f-e-d---a-b-c-d-e-f-g-h---h-e-f-----"));
    expect(heard.keywords()).toEqual([]);
  });
});

it("rows that are no distribution, and skipped ones, are silence", () => {
  const heard = decoder({ grammar: ["gab fed"] });
  feed(heard, new Float32Array(20 * TOKENS).fill(Number.NaN));
  heard.skip(1000);
  feed(heard, rowsOf("-g-a-b-f-e-d--"));
  heard.skip(200);
  expect(heard.trailingSilenceSeconds).toBeCloseTo(4.04);
  expect(heard.finish()!.result[0]!.start).toBeCloseTo((20 + 1000 - 5) * 0.02);
});

it("hours of it take no more memory", () => {
  const heard = decoder({ grammar: ["gab fed", "cab"], keywords: ["hef"] });
  const hour = 3600 / CTC.tokenSeconds;
  const some = noise(hour / 60, random(8), 7);
  const after: number[] = [];
  for (let minute = 0; minute < 30; minute++) {
    feed(heard, some, 100);
    heard.finish();
    heard.keywords();
    after.push(process.memoryUsage().arrayBuffers);
  }
  expect(after[29]! - after[9]!).toBeLessThan(1e6);
});

it("says what it cannot do", () => {
  expect(errorOf(() => decoder({ hotwords: ["a"] })).code).toBe("unsupported");
  expect(errorOf(() => phonemeDecoders({ grammar: ["a"] }, CTC, undefined, null)).message).toMatch(/no lexicon/);
});
