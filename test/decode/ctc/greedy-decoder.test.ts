// Greedy CTC decoding on rows written by hand.

import { describe, expect, it } from "vitest";
import { CtcGreedyDecoder } from "../../../src/decode/ctc/greedy-decoder.ts";
import type { TokenUnit } from "../../../src/decode/text/words.ts";
import { generator } from "../../support/random.ts";

const WORDS = ["<blank>", "yes", "no"];
const SECONDS = 0.04;

const decoder = (tokens = WORDS, tokenUnit: TokenUnit = "word", blank = 0) =>
  new CtcGreedyDecoder({ tokens, tokenUnit, blank, tokenSeconds: SECONDS, delay: 0, startRow: 0 });

/** Rows in which the given tokens win with the given probability; the rest is shared evenly. */
function rows(best: readonly number[], probability = 0.8, width = WORDS.length): Float32Array {
  return Float32Array.from(
    best.flatMap((token) =>
      Array.from({ length: width }, (_, i) => Math.log(i === token ? probability : (1 - probability) / (width - 1))),
    ),
  );
}

function accept(to: CtcGreedyDecoder, best: readonly number[], probability?: number): CtcGreedyDecoder {
  to.accept(rows(best, probability), best.length);
  return to;
}

const heard = (best: number[]) => accept(decoder(), best).finish()?.text;

describe("the path", () => {
  it.each<[number[], string | undefined]>([
    [[], undefined],
    [[0, 0, 0], undefined],
    [[1], "yes"],
    [[1, 1, 1], "yes"],
    [[0, 1, 1, 0, 2, 0], "yes no"],
    [[1, 2], "yes no"],
    [[1, 0, 1], "yes yes"],
    [[1, 1, 2, 2, 1], "yes no yes"],
  ])("%j says %s", (best, text) => {
    expect(heard(best)).toBe(text);
  });

  it("has each word's first and last row as its times, and the mean probability as its confidence", () => {
    const stream = accept(decoder(), [0, 0, 1], 0.9);
    accept(stream, [1, 0], 0.7);
    accept(stream, [2], 0.5);
    const { text, result } = stream.finish()!;
    expect(text).toBe("yes no");
    const [yes, no] = result;
    expect(yes).toMatchObject({ word: "yes", start: 2 * SECONDS, end: 4 * SECONDS });
    expect(yes!.conf).toBeCloseTo(0.8, 6);
    expect(no).toMatchObject({ word: "no", start: 5 * SECONDS, end: 6 * SECONDS });
    expect(no!.conf).toBeCloseTo(0.5, 6);
  });

  it("never has a confidence above one, though a log-prob be rounded above zero", () => {
    const stream = decoder();
    stream.accept(Float32Array.of(-20, 1e-6, -20), 1);
    expect(stream.finish()!.result[0]!.conf).toBe(1);
  });

  it("keeps to the blank that the model names", () => {
    const stream = decoder(["a", "<blank>", "b"], "word", 1);
    accept(stream, [1, 0, 1, 2, 2, 1]);
    expect(stream.finish()!.text).toBe("a b");
  });

  it("takes the first of equals, and a row of NaN as the first token, rather than fail", () => {
    const stream = decoder();
    stream.accept(new Float32Array(3).fill(-1), 1);
    stream.accept(new Float32Array(3).fill(Number.NaN), 1);
    expect(stream.finish()).toBeNull();
  });

  it("is the same however the rows are handed over", () => {
    const random = generator(3);
    const best = Array.from({ length: 300 }, () => Math.floor(3 * random()));
    const whole = accept(decoder(), best).finish();
    for (const step of [1, 2, 7, 50]) {
      const stream = decoder();
      for (let at = 0; at < best.length; at += step) {
        accept(stream, best.slice(at, at + step));
        stream.partial();
      }
      expect(stream.finish()).toEqual(whole);
    }
  });
});

describe("partial", () => {
  it("shows a word while it lasts and commits it when it is over", () => {
    const stream = decoder();
    expect(stream.partial()).toEqual({ partial: "", committed: "", partial_result: [] });
    expect(accept(stream, [0, 1]).partial()).toMatchObject({ partial: "yes", committed: "" });
    expect(accept(stream, [1]).partial()).toMatchObject({ partial: "yes", committed: "" });
    expect(accept(stream, [2]).partial()).toMatchObject({ partial: "yes no", committed: "yes" });
    const { partial, committed, partial_result } = accept(stream, [0]).partial();
    expect([partial, committed]).toEqual(["yes no", "yes no"]);
    expect(partial_result).toEqual(stream.finish()!.result);
    expect(stream.partial().partial).toBe("");
  });

  it("of pieces does not commit a word that may grow", () => {
    const stream = decoder(["<blank>", "\u2581no", "t"], "piece");
    expect(accept(stream, [1, 0]).partial()).toMatchObject({ partial: "no", committed: "" });
    expect(accept(stream, [2, 0]).partial()).toMatchObject({ partial: "not", committed: "" });
    expect(accept(stream, [1]).partial()).toMatchObject({ partial: "not no", committed: "not" });
  });

  it.each<[TokenUnit, string[]]>([
    ["word", ["<blank>", "yes", "no", "on"]],
    ["piece", ["<blank>", "\u2581a", "b", "\u2581"]],
    ["character", ["<blank>", "a", "b", " "]],
  ])("of %ss begins with what was committed, which only grows and ends as the final", (unit, tokens) => {
    const random = generator(11);
    const stream = decoder(tokens, unit);
    let before = "";
    for (let row = 0; row < 400; row++) {
      stream.accept(rows([Math.floor(4 * random())], 0.8, 4), 1);
      const { partial, committed } = stream.partial();
      expect(partial.startsWith(committed)).toBe(true);
      expect(committed.startsWith(before)).toBe(true);
      before = committed;
    }
    expect(stream.finish()!.text.startsWith(before)).toBe(true);
  });
});

describe("utterances", () => {
  it("follow each other with times from the stream's start, each word in one of them", () => {
    const stream = accept(decoder(), [0, 1, 0]);
    expect(stream.finish()!.text).toBe("yes");
    expect(stream.finish()).toBeNull();
    const { result } = accept(stream, [0, 2, 2]).finish()!;
    expect(result).toEqual([expect.objectContaining({ word: "no", start: 4 * SECONDS, end: 6 * SECONDS })]);
  });

  it("cut within a word do not both have it", () => {
    const stream = accept(decoder(), [0, 1, 1]);
    expect(stream.finish()!.text).toBe("yes");
    expect(accept(stream, [1, 1]).partial().partial).toBe("");
    expect(stream.hasEmissions).toBe(false);
    // The word's tail is no silence either.
    expect(stream.trailingSilenceSeconds).toBe(0);
    expect(accept(stream, [0, 1]).finish()!.text).toBe("yes");
    expect(accept(stream, [2]).finish()!.text).toBe("no");
  });

  it("tell how long they are, and for how long nothing was said", () => {
    const stream = decoder();
    const state = () => [
      Math.round(stream.utteranceSeconds / SECONDS),
      Math.round(stream.trailingSilenceSeconds / SECONDS),
      stream.hasEmissions,
    ];
    expect(state()).toEqual([0, 0, false]);
    accept(stream, [0, 0]);
    expect(state()).toEqual([2, 2, false]);
    accept(stream, [1]);
    expect(state()).toEqual([3, 0, true]);
    accept(stream, [0, 0, 0]);
    expect(state()).toEqual([6, 3, true]);
    stream.finish();
    expect(state()).toEqual([0, 0, false]);
    accept(stream, [0]);
    expect(state()).toEqual([1, 1, false]);
  });

  it("begin anew at time zero after reset, even in the middle of a word", () => {
    const stream = accept(decoder(), [0, 2, 0, 1, 1]);
    stream.reset();
    expect(stream.partial()).toEqual({ partial: "", committed: "", partial_result: [] });
    expect([stream.utteranceSeconds, stream.trailingSilenceSeconds, stream.hasEmissions]).toEqual([0, 0, false]);
    expect(accept(stream, [1]).finish()).toEqual(accept(decoder(), [1]).finish());
  });
});
