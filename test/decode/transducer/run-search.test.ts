// Search with the topology of CTC beside the sum over all paths, and greedy decoding; states are used as promised (TestTransducer).

import { describe, expect, it } from "vitest";
import { TransducerRuns } from "../../../src/decode/transducer/run-search.ts";
import { type Hypothesis, pathOf } from "../../../src/decode/transducer/search.ts";
import {
  BLANK,
  type Distribution,
  logs,
  randomDistribution,
  TestTransducer,
} from "../../support/transducer-by-hand.ts";

const tokensOf = (hypothesis: Hypothesis) => pathOf(hypothesis).map(({ token }) => token);

function run(distribution: Distribution, rows: number, width: number): TransducerRuns {
  const search = new TransducerRuns(new TestTransducer(distribution, width), width);
  for (let row = 0; row < rows; row++) search.step(row, 100 + row);
  return search;
}

/** Probabilities of all sequences of tokens, each path on its own. */
function everyPath(distribution: Distribution, rows: number): Map<string, number> {
  const sums = new Map<string, number>();
  const follow = (row: number, tokens: readonly number[], last: number, probability: number) => {
    if (row === rows) {
      sums.set(tokens.join(), (sums.get(tokens.join()) ?? 0) + probability);
      return;
    }
    distribution(row, tokens).forEach((logProb, token) => {
      const longer = token === BLANK || token === last ? tokens : [...tokens, token];
      follow(row + 1, longer, token, probability * Math.exp(logProb));
    });
  };
  follow(0, [], BLANK, 1);
  return sums;
}

describe("TransducerRuns", () => {
  it.each([1, 2, 3, 4])("adds up every path of a sequence (seed %i)", (seed) => {
    const distribution = randomDistribution(seed);
    const expected = everyPath(distribution, 5);
    const { hypotheses } = run(distribution, 5, 400);
    expect(hypotheses.length).toBe(expected.size);
    for (const hypothesis of hypotheses) {
      expect(Math.exp(hypothesis.score)).toBeCloseTo(expected.get(tokensOf(hypothesis).join())!, 6);
    }
    const scores = hypotheses.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it.each([1, 2, 5])("takes a token in successive rows for one, behind a blank for another (width %i)", (width) => {
    const said = [1, 1, BLANK, 1, 1, 2, 2, 1, BLANK, BLANK];
    const sure = (row: number) => logs(...[0, 1, 2, BLANK].map((token) => (token === said[row] ? 0.91 : 0.03)));
    const [best] = run(sure, said.length, width).hypotheses;
    expect(pathOf(best!).map(({ token, row }) => [token, row])).toEqual([
      [1, 100],
      [1, 103],
      [2, 105],
      [1, 107],
    ]);
  });

  it("says that a token came out where it most likely did, however long it was thought of", () => {
    const heard = (row: number) => (row === 6 ? logs(0.02, 0.9, 0.02, 0.06) : logs(0.02, 0.04, 0.02, 0.92));
    const [best] = run(heard, 9, 4).hypotheses;
    expect(pathOf(best!).map(({ token, row }) => [token, row])).toEqual([[1, 106]]);
  });

  it("asks its model for what a token has come to before it", () => {
    // Behind a 1 comes a 2, and nothing else ever.
    const [best] = run(
      (row, history) => {
        if (row === 0) return logs(0.05, 0.9, 0.025, 0.025);
        return history.at(-1) === 1 ? logs(0.025, 0.025, 0.9, 0.05) : logs(0.025, 0.025, 0.05, 0.9);
      },
      6,
      3,
    ).hypotheses;
    expect(tokensOf(best!)).toEqual([1, 2]);
  });

  it.each([1, 3, 6])("holds every hypothesis' own state, row after row (width %i)", (width) => {
    const model = new TestTransducer(randomDistribution(5), width);
    const search = new TransducerRuns(model, width);
    for (let row = 0; row < 60; row++) {
      search.step(row, row);
      for (const hypothesis of search.hypotheses) expect(model.stateOf(hypothesis.slot)).toEqual(tokensOf(hypothesis));
      expect(new Set(search.hypotheses.map(tokensOf).map(String)).size).toBe(search.hypotheses.length);
    }
  });

  it("joins once a row, and predicts nothing where it only confirms the blank", () => {
    const model = new TestTransducer(() => [-60, -60, -60, 0], 4);
    const search = new TransducerRuns(model, 4);
    for (let row = 0; row < 3; row++) search.step(row, row);
    model.predicted = 0;
    model.joins = 0;
    for (let row = 3; row < 103; row++) search.step(row, row);
    expect([model.joins, model.predicted]).toEqual([100, 0]);
  });

  it("says nothing where scores are not numbers", () => {
    const { hypotheses } = run(() => [Number.NaN, Number.NaN, Number.NaN, Number.NaN], 3, 2);
    expect(hypotheses.map(tokensOf)).toEqual([[]]);
  });

  it("begins anew after restart", () => {
    const distribution = randomDistribution(2);
    const search = new TransducerRuns(new TestTransducer(distribution, 4), 4);
    const results = () => {
      for (let row = 0; row < 20; row++) search.step(row, row);
      return search.hypotheses.map((hypothesis) => [tokensOf(hypothesis), hypothesis.score]);
    };
    const first = results();
    search.restart();
    expect(results()).toEqual(first);
  });
});
