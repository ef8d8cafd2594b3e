// Transducer search over a model written by hand: what it finds, what it asks for, and how it shares states.

import { beforeEach, describe, expect, it } from "vitest";
import { TransducerBeam } from "../../src/decode/transducer-beam.ts";
import { TransducerGreedy } from "../../src/decode/transducer-greedy.ts";
import {
  type Hypothesis,
  type Joined,
  MAX_SYMBOLS_PER_ROW,
  type Prediction,
  pathOf,
  sameTokens,
  type TransducerModel,
} from "../../src/decode/transducer-search.ts";
import { generator } from "../support/random.ts";

const BLANK = 3;

/** Log-probs of the tokens 0, 1, 2 and the blank in a row after a history. */
type Distribution = (row: number, history: readonly number[]) => readonly number[];

/** A model whose states are histories; it checks that slots are used as promised, and counts what it is asked. */
class TestModel implements TransducerModel {
  readonly blank = BLANK;
  readonly beam: number;
  readonly slots: number;
  predicted = 0;
  joins = 0;
  joinedRows = 0;
  private readonly states: (readonly number[] | null)[];
  private readonly distribution: Distribution;

  constructor(distribution: Distribution, beam: number) {
    this.distribution = distribution;
    this.beam = beam;
    this.slots = 3 * beam;
    this.states = new Array(this.slots).fill(null);
  }

  predict(predictions: readonly Prediction[]): void {
    expect(predictions.length).toBeLessThanOrEqual(this.beam);
    this.predicted += predictions.length;
    const targets = predictions.map(({ to }) => to);
    expect(new Set(targets).size).toBe(targets.length);
    for (const { token, from, to } of predictions) {
      expect(targets).not.toContain(from);
      expect(to).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThan(this.slots);
      if (from < 0) expect(token).toBe(BLANK);
      this.states[to] = from < 0 ? [] : [...this.stateOf(from), token];
    }
  }

  join(row: number, slots: readonly number[]): Joined[] {
    expect(slots.length).toBeLessThanOrEqual(this.beam);
    this.joins++;
    this.joinedRows += slots.length;
    return slots.map((slot) => {
      const scores = this.distribution(row, this.stateOf(slot));
      const order = [0, 1, 2].sort((a, b) => scores[b]! - scores[a]!).slice(0, this.beam);
      return {
        blank: scores[BLANK]!,
        tokens: Int32Array.from(order),
        logProbs: Float32Array.from(order, (i) => scores[i]!),
      };
    });
  }

  logAddTail(distance: number): number {
    return Math.log1p(Math.exp(-distance));
  }

  stateOf(slot: number): readonly number[] {
    const state = this.states[slot];
    if (!state) throw new Error(`slot ${slot} holds no state`);
    return state;
  }
}

const logs = (...probabilities: number[]) => probabilities.map((p) => Math.log(p));
const tokensOf = (hypothesis: Hypothesis) => pathOf(hypothesis).map(({ token }) => token);

/** Random but fixed distributions, blank in most rows. */
function randomDistribution(seed: number): Distribution {
  return (row, history) => {
    const key = history.reduce((hash, token) => (hash * 31 + token + 7) % 1000003, seed * 1009 + row * 97);
    const random = generator(key);
    const raw = [0, 1, 2].map(() => random() ** 4).concat(0.6 + random());
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => Math.log(value / total));
  };
}

type Plain = { tokens: number[]; score: number };

/** A monotonic transducer's search: in every row each hypothesis takes one of the tokens or the blank. */
function plainMonotonic(distribution: Distribution, rows: number, width: number): Plain[] {
  let beam: Plain[] = [{ tokens: [], score: 0 }];
  for (let row = 0; row < rows; row++) {
    const sums = new Map<string, Plain>();
    for (const { tokens, score } of beam) {
      distribution(row, tokens).forEach((logProb, token) => {
        const longer = token === BLANK ? tokens : [...tokens, token];
        const before = sums.get(longer.join())?.score ?? Number.NEGATIVE_INFINITY;
        const added = Math.log(Math.exp(before) + Math.exp(score + Math.fround(logProb)));
        sums.set(longer.join(), { tokens: longer, score: added });
      });
    }
    beam = [...sums.values()].sort((a, b) => b.score - a.score).slice(0, width);
  }
  return beam;
}

/** torchaudio 2.1's algorithm as it stands there: no sharing, every hypothesis kept, keys of whole histories. */
function plainBeam(distribution: Distribution, rows: number, width: number): Plain[] {
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
    const model = new TestModel((row, history) => {
      if (row === 1 && history.length === 0) return logs(0.1, 0.6, 0.1, 0.2);
      if (row === 1 && history.length === 1) return logs(0.1, 0.1, 0.5, 0.3);
      return logs(0.1, 0.1, 0.1, 0.7);
    }, 1);
    const search = new TransducerGreedy(model, false);
    for (let row = 0; row < 4; row++) search.step(row, 100 + row);
    const [best] = search.hypotheses;
    expect(pathOf(best!).map(({ token, row }) => [token, row])).toEqual([
      [1, 101],
      [2, 101],
    ]);
    expect(best!.score).toBeCloseTo(Math.log(0.6 * 0.5 * 0.7 ** 4), 5);
  });

  it("says no more than a hundred tokens in a row", () => {
    const model = new TestModel(() => logs(0.7, 0.1, 0.1, 0.1), 1);
    const search = new TransducerGreedy(model, false);
    search.step(0, 0);
    expect(search.hypotheses[0]!.count).toBe(MAX_SYMBOLS_PER_ROW);
  });

  it("takes one token of a row where the model is monotonic", () => {
    const model = new TestModel((row) => (row < 2 ? logs(0.1, 0.6, 0.1, 0.2) : logs(0.1, 0.1, 0.1, 0.7)), 1);
    const search = new TransducerGreedy(model, true);
    for (let row = 0; row < 3; row++) search.step(row, row);
    expect(tokensOf(search.hypotheses[0]!)).toEqual([1, 1]);
    expect(search.hypotheses[0]!.score).toBeCloseTo(Math.log(0.6 * 0.6 * 0.7), 5);
  });

  it("joins once and predicts nothing where it only confirms the blank", () => {
    const model = new TestModel(() => logs(0.01, 0.01, 0.01, 0.97), 1);
    const search = new TransducerGreedy(model, false);
    for (let row = 0; row < 50; row++) search.step(row, row);
    expect([model.joins, model.predicted]).toEqual([50, 1]);
  });

  it("does not emit where scores are not numbers", () => {
    const search = new TransducerGreedy(
      new TestModel(() => [Number.NaN, Number.NaN, Number.NaN, Number.NaN], 1),
      false,
    );
    search.step(0, 0);
    expect(search.hypotheses[0]!.count).toBe(0);
  });
});

describe("beam", () => {
  it.each([2, 3, 5, 10])("of %i finds what the plain algorithm finds", (width) => {
    for (let seed = 1; seed <= 12; seed++) {
      const distribution = randomDistribution(seed);
      const search = new TransducerBeam(new TestModel(distribution, width), width, false);
      for (let row = 0; row < 30; row++) search.step(row, row);
      const expected = plainBeam(distribution, 30, width);
      expect(search.hypotheses.map(tokensOf)).toEqual(expected.map(({ tokens }) => tokens));
      search.hypotheses.forEach(({ score }, i) => {
        expect(score).toBeCloseTo(expected[i]!.score, 6);
      });
    }
  });

  // So wide that nothing is lost, the sums are exact: narrower ones differ in when they drop what merges later.
  it.each([1, 2, 3])("of a monotonic model adds up every path (seed %i)", (seed) => {
    const distribution = randomDistribution(seed);
    const search = new TransducerBeam(new TestModel(distribution, 200), 200, true);
    for (let row = 0; row < 4; row++) search.step(row, row);
    const expected = plainMonotonic(distribution, 4, 200);
    expect(search.hypotheses.map(tokensOf)).toEqual(expected.map(({ tokens }) => tokens));
    search.hypotheses.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(expected[i]!.score, 6);
    });
  });

  it("of a monotonic model holds one token more a row at most, the best first", () => {
    const search = new TransducerBeam(new TestModel(() => logs(0.5, 0.2, 0.1, 0.2), 3), 3, true);
    for (let row = 1; row <= 5; row++) {
      search.step(row, row);
      expect(Math.max(...search.hypotheses.map(({ count }) => count))).toBe(row);
      const scores = search.hypotheses.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  it.each([false, true])("holds every hypothesis' own state, row after row (monotonic: %s)", (monotonic) => {
    const model = new TestModel(randomDistribution(5), 6);
    const search = new TransducerBeam(model, 6, monotonic);
    for (let row = 0; row < 60; row++) {
      search.step(row, row);
      for (const hypothesis of search.hypotheses) expect(model.stateOf(hypothesis.slot)).toEqual(tokensOf(hypothesis));
      expect(new Set(search.hypotheses.map(tokensOf).map(String)).size).toBe(search.hypotheses.length);
    }
  });

  it("needs no more than its width of a model with room for more", () => {
    const distribution = randomDistribution(8);
    const search = new TransducerBeam(new TestModel(distribution, 12), 3, false);
    for (let row = 0; row < 30; row++) search.step(row, row);
    expect(search.hypotheses.map(tokensOf)).toEqual(plainBeam(distribution, 30, 3).map(({ tokens }) => tokens));
  });

  it("joins once a row where blanks are certain, and predicts nothing", () => {
    const certain = (row: number) => (row < 3 ? logs(0.3, 0.2, 0.1, 0.4) : [-60, -60, -60, 0]);
    const model = new TestModel(certain, 4);
    const search = new TransducerBeam(model, 4, false);
    for (let row = 0; row < 3; row++) search.step(row, row);
    model.joins = 0;
    model.predicted = 0;
    for (let row = 3; row < 103; row++) search.step(row, row);
    expect([model.joins, model.predicted]).toEqual([100, 0]);
  });

  it("stops after a hundred tokens in a row", () => {
    const search = new TransducerBeam(new TestModel(() => logs(0.9, 0.04, 0.03, 0.03), 3), 3, false);
    search.step(0, 0);
    expect(Math.max(...search.hypotheses.map(({ count }) => count))).toBeLessThanOrEqual(MAX_SYMBOLS_PER_ROW);
  });

  it("begins anew after restart", () => {
    const distribution = randomDistribution(2);
    const search = new TransducerBeam(new TestModel(distribution, 4), 4, false);
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
