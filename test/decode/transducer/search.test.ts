// Transducer search over a model written by hand: what it finds, what it asks for, and how it shares states.

import { beforeEach, describe, expect, it } from "vitest";
import { TransducerBeam } from "../../../src/decode/transducer/beam-search.ts";
import { TransducerGreedy } from "../../../src/decode/transducer/greedy-search.ts";
import { type Hypothesis, MAX_SYMBOLS_PER_ROW, pathOf, sameTokens } from "../../../src/decode/transducer/search.ts";
import {
  BLANK,
  type Distribution,
  logs,
  randomDistribution,
  TestTransducer,
} from "../../support/transducer-by-hand.ts";

const tokensOf = (hypothesis: Hypothesis) => pathOf(hypothesis).map(({ token }) => token);

/** torchaudio 2.1's algorithm as it stands there: no sharing, every hypothesis kept, keys of whole histories. */
function plainBeam(distribution: Distribution, rows: number, width: number): { tokens: number[]; score: number }[] {
  type Plain = { tokens: number[]; score: number };
  let resting: Plain[] = [{ tokens: [], score: 0 }];
  for (let row = 0; row < rows; row++) {
    let open = resting;
    const merged = new Map<string, Plain>();
    for (let symbols = 0; open.length > 0; symbols++) {
      const scores = open.map(({ tokens }) => distribution(row, tokens).map(Math.fround));
      open.forEach(({ tokens, score }, i) => {
        const key = tokens.join();
        const added = score + scores[i]![BLANK]!;
        const before = merged.get(key)?.score;
        const sum =
          before === undefined ? added : Math.max(before, added) + Math.log1p(Math.exp(-Math.abs(before - added)));
        merged.set(key, { tokens, score: sum });
      });
      if (symbols === MAX_SYMBOLS_PER_ROW) break;
      const least = [...merged.values()].map(({ score }) => score).sort((a, b) => b - a)[width - 1] ?? -Infinity;
      open = open
        .flatMap(({ tokens, score }, i) =>
          [0, 1, 2].map((t) => ({ tokens: [...tokens, t], score: score + scores[i]![t]! })),
        )
        .sort((a, b) => b.score - a.score)
        .slice(0, width)
        .filter(({ score }) => score > least);
    }
    resting = [...merged.values()]
      .sort((a, b) => b.score / (b.tokens.length + 2) - a.score / (a.tokens.length + 2))
      .slice(0, width);
  }
  return resting;
}

describe("greedy", () => {
  it("takes tokens until the blank is better, and remembers where", () => {
    const model = new TestTransducer((row, history) => {
      if (row === 1 && history.length === 0) return logs(0.1, 0.6, 0.1, 0.2);
      if (row === 1 && history.length === 1) return logs(0.1, 0.1, 0.5, 0.3);
      return logs(0.1, 0.1, 0.1, 0.7);
    }, 1);
    const search = new TransducerGreedy(model);
    for (let row = 0; row < 4; row++) search.step(row, 100 + row);
    const [best] = search.hypotheses;
    expect(pathOf(best!).map(({ token, row }) => [token, row])).toEqual([
      [1, 101],
      [2, 101],
    ]);
    expect(best!.score).toBeCloseTo(Math.log(0.6 * 0.5 * 0.7 ** 4), 5);
  });

  it("says no more than a hundred tokens in a row", () => {
    const model = new TestTransducer(() => logs(0.7, 0.1, 0.1, 0.1), 1);
    const search = new TransducerGreedy(model);
    search.step(0, 0);
    expect(search.hypotheses[0]!.count).toBe(MAX_SYMBOLS_PER_ROW);
  });

  it("joins once and predicts nothing where it only confirms the blank", () => {
    const model = new TestTransducer(() => logs(0.01, 0.01, 0.01, 0.97), 1);
    const search = new TransducerGreedy(model);
    for (let row = 0; row < 50; row++) search.step(row, row);
    expect([model.joins, model.predicted]).toEqual([50, 1]);
  });

  it("does not emit where scores are not numbers", () => {
    const search = new TransducerGreedy(new TestTransducer(() => [Number.NaN, Number.NaN, Number.NaN, Number.NaN], 1));
    search.step(0, 0);
    expect(search.hypotheses[0]!.count).toBe(0);
  });
});

describe("beam", () => {
  it.each([2, 3, 5, 10])("of %i finds what the plain algorithm finds", (width) => {
    for (let seed = 1; seed <= 12; seed++) {
      const distribution = randomDistribution(seed);
      const search = new TransducerBeam(new TestTransducer(distribution, width), width);
      for (let row = 0; row < 30; row++) search.step(row, row);
      const expected = plainBeam(distribution, 30, width);
      expect(search.hypotheses.map(tokensOf)).toEqual(expected.map(({ tokens }) => tokens));
      search.hypotheses.forEach(({ score }, i) => {
        expect(score).toBeCloseTo(expected[i]!.score, 6);
      });
    }
  });

  it("holds every hypothesis' own state, row after row", () => {
    const model = new TestTransducer(randomDistribution(5), 6);
    const search = new TransducerBeam(model, 6);
    for (let row = 0; row < 60; row++) {
      search.step(row, row);
      for (const hypothesis of search.hypotheses) expect(model.stateOf(hypothesis.slot)).toEqual(tokensOf(hypothesis));
      expect(new Set(search.hypotheses.map(tokensOf).map(String)).size).toBe(search.hypotheses.length);
    }
  });

  it("needs no more than its width of a model with room for more", () => {
    const distribution = randomDistribution(8);
    const search = new TransducerBeam(new TestTransducer(distribution, 12), 3);
    for (let row = 0; row < 30; row++) search.step(row, row);
    expect(search.hypotheses.map(tokensOf)).toEqual(plainBeam(distribution, 30, 3).map(({ tokens }) => tokens));
  });

  it("joins once a row where blanks are certain, and predicts nothing", () => {
    const certain = (row: number) => (row < 3 ? logs(0.3, 0.2, 0.1, 0.4) : [-60, -60, -60, 0]);
    const model = new TestTransducer(certain, 4);
    const search = new TransducerBeam(model, 4);
    for (let row = 0; row < 3; row++) search.step(row, row);
    model.joins = 0;
    model.predicted = 0;
    for (let row = 3; row < 103; row++) search.step(row, row);
    expect([model.joins, model.predicted]).toEqual([100, 0]);
  });

  it("stops after a hundred tokens in a row", () => {
    const search = new TransducerBeam(new TestTransducer(() => logs(0.9, 0.04, 0.03, 0.03), 3), 3);
    search.step(0, 0);
    expect(Math.max(...search.hypotheses.map(({ count }) => count))).toBeLessThanOrEqual(MAX_SYMBOLS_PER_ROW);
  });

  it("begins anew after restart", () => {
    const distribution = randomDistribution(2);
    const search = new TransducerBeam(new TestTransducer(distribution, 4), 4);
    const run = () => {
      for (let row = 0; row < 20; row++) search.step(row, row);
      return search.hypotheses.map((hypothesis) => [tokensOf(hypothesis), hypothesis.score]);
    };
    const first = run();
    search.restart();
    expect(run()).toEqual(first);
  });
});

describe("sameTokens", () => {
  let next = 0;
  beforeEach(() => {
    next = 0;
  });
  const path = (...tokens: number[]): Hypothesis => {
    let last: Hypothesis["last"] = null;
    for (const token of tokens) last = { token, row: next++, logProb: 0, before: last };
    return { last, count: tokens.length, score: 0, slot: 0 };
  };

  it.each<[number[], number[], boolean]>([
    [[], [], true],
    [[1], [1], true],
    [[1], [2], false],
    [[1], [], false],
    [[1, 2, 3], [1, 2, 3], true],
    [[0, 2, 3], [1, 2, 3], false],
    [[2, 3], [1, 2, 3], false],
  ])("%j and %j: %s", (a, b, same) => {
    expect(sameTokens(path(...a), path(...b))).toBe(same);
  });
});
