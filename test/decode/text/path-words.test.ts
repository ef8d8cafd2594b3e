// Partial results of an utterance that does not end: the same as if they were told for the first time, and no more work after
// a long time than after a short one.

import { describe, expect, it, vi } from "vitest";
import type { Decoder } from "../../../src/decode/decoder.ts";
import type { DecodingOptions } from "../../../src/decode/decoding-options.ts";
import { isWordBreak } from "../../../src/decode/text/path-words.ts";
import type { TokenUnit } from "../../../src/decode/text/words.ts";
import { TransducerBeam } from "../../../src/decode/transducer/beam-search.ts";
import { TransducerGreedy } from "../../../src/decode/transducer/greedy-search.ts";
import { TransducerRuns } from "../../../src/decode/transducer/run-search.ts";
import { TransducerDecoder } from "../../../src/decode/transducer/transducer-decoder.ts";
import { ctcOptions, decoderOf, logRows, randomRows, SECONDS } from "../../support/ctc.ts";
import { generator } from "../../support/random.ts";
import { logs, TestTransducer } from "../../support/transducer-by-hand.ts";
import { decoder as dictationDecoder, feed as feedPhonemes, LEXICON } from "../dictation/support.ts";
import { rowsOf } from "../phonemes/support.ts";

/** A decoder, what feeds it the next quarter of a second or so, and how often it has looked at a token or word to tell of it. */
interface Subject {
  readonly decoder: Decoder;
  feed(): void;
  looks(): number;
}

/** The tokens, and how often one of them was read. */
function counted(tokens: readonly string[]): { tokens: readonly string[]; looks: () => number } {
  let looks = 0;
  const get = (target: readonly string[], key: string | symbol) => {
    if (typeof key === "string" && /^\d+$/.test(key)) looks++;
    return Reflect.get(target, key) as unknown;
  };
  return { tokens: new Proxy(tokens, { get }), looks: () => looks };
}

function ctc(names: readonly string[], unit: TokenUnit, options: DecodingOptions): Subject {
  const { tokens, looks } = counted(names);
  const decoder = decoderOf(options, { ...ctcOptions(names, unit, 2), tokens });
  let seed = 0;
  return { decoder, looks, feed: () => decoder.accept(logRows(randomRows(8, names.length, ++seed)), 8) };
}

function transducer(Search: typeof TransducerBeam | typeof TransducerRuns | null, alternatives: number): Subject {
  const { tokens, looks } = counted(["▁he", "llo", "▁you", "<blank>"]);
  let rows = 0;
  const model = new TestTransducer((row, history) => {
    const random = generator((rows + row) * 7 + history.length + (history.at(-1) ?? 0) * 1000);
    const weights = [random() ** 4, random() ** 4, random() ** 4, 0.5 + random()];
    const sum = weights.reduce((a, b) => a + b);
    return logs(...weights.map((weight) => weight / sum));
  }, 6);
  const times = { tokenSeconds: SECONDS, startRow: 0, delay: 2 };
  const options = { ...times, tokens, tokenUnit: "piece" as const, silentTokens: [], alternatives };
  const decoder = new TransducerDecoder(options, Search ? new Search(model, 6) : new TransducerGreedy(model));
  const feed = () => {
    decoder.accept(new Float32Array(0), 8);
    rows += 8;
  };
  return { decoder, looks, feed };
}

function dictation(options: DecodingOptions): Subject {
  const written = vi.spyOn(LEXICON, "written");
  const decoder = dictationDecoder(options);
  const random = generator(5);
  const sounds = ["bad", "be", "bed", "cab", "dad", "fac", "fed", "faf", "gab", "gegde"];
  const feed = () => feedPhonemes(decoder, rowsOf(`${sounds[Math.floor(random() * sounds.length)]}--`, 3));
  return { decoder, feed, looks: () => written.mock.calls.length };
}

const WORDS = ["<blank>", "yes", "no", "on"];
const PIECES = ["<blank>", "▁he", "llo", "▁you", "r"];
const LETTERS = ["<blank>", "a", "b", "c", "|"];
const alternatives = 5;
const grammar = "public <p> = (yes | no | on)*;";

const SUBJECTS: [string, () => Subject][] = [
  ["words, greedily", () => ctc(WORDS, "word", {})],
  ["pieces, greedily", () => ctc(PIECES, "piece", {})],
  ["characters, greedily", () => ctc(LETTERS, "character", {})],
  ["words with alternatives", () => ctc(WORDS, "word", { alternatives })],
  ["words of a grammar with alternatives", () => ctc(WORDS, "word", { alternatives, grammar })],
  ["pieces with alternatives", () => ctc(PIECES, "piece", { alternatives })],
  ["characters with alternatives", () => ctc(LETTERS, "character", { alternatives })],
  ["a transducer, greedily", () => transducer(null, 1)],
  ["a transducer with alternatives", () => transducer(TransducerBeam, alternatives)],
  ["a transducer by runs with alternatives", () => transducer(TransducerRuns, alternatives)],
  ["dictation", () => dictation({})],
  ["dictation with alternatives", () => dictation({ alternatives })],
  ["dictation with numbers and signs", () => dictation({ text: { digits: true, punctuation: true } })],
];

describe.each(SUBJECTS)("%s", (_, make) => {
  it("tell the same whether they have told before or not", () => {
    const [often, once] = [make(), make()];
    for (let round = 1; round <= 60; round++) {
      for (const { feed } of [often, once]) feed();
      const partial = often.decoder.partial();
      if (round % 20 === 0) expect(partial).toEqual(once.decoder.partial());
      for (const { text } of partial.alternatives ?? []) expect(text.startsWith(partial.committed)).toBe(true);
    }
    expect(often.decoder.finish()).toEqual(once.decoder.finish());
    often.feed();
    once.feed();
    expect(often.decoder.partial()).toEqual(once.decoder.partial());
  });

  it("take no more work to tell after a long time than after a short one", () => {
    const { decoder, feed, looks } = make();
    /** Looks that some partial results take together. */
    const work = (rounds: number) => {
      let sum = 0;
      for (let round = 0; round < rounds; round++) {
        feed();
        const before = looks();
        decoder.partial();
        sum += looks() - before;
      }
      return sum;
    };
    const first = work(100);
    expect(first).toBeGreaterThan(0);
    work(300);
    expect(work(100)).toBeLessThan(1.5 * first);
    expect(decoder.partial().partial_result.length).toBeGreaterThan(100);
  });
});

describe("a word ends", () => {
  it.each([
    ["yes", undefined, "word", true],
    ["▁he", undefined, "piece", false],
    ["▁he", "llo", "piece", false],
    ["▁he", "▁you", "piece", true],
    ["a", "b", "character", false],
    ["|", undefined, "character", true],
  ] as const)("between %s and %s of unit %s: %s", (token, next, unit, expected) => {
    expect(isWordBreak(token, next, unit)).toBe(expected);
  });
});
