// A transducer written by hand, whose states are the tokens that led to them.

import { expect } from "vitest";
import type { Joined, Prediction, TransducerModel } from "../../src/engine/transducer-model.ts";
import { generator } from "./random.ts";

export const BLANK = 3;

/** Log-probs of the tokens 0, 1, 2 and the blank in a row after a history. */
export type Distribution = (row: number, history: readonly number[]) => readonly number[];

/** A model whose states are histories; it checks that slots are used as promised, and counts what it is asked. */
export class TestTransducer implements TransducerModel {
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

export const logs = (...probabilities: number[]) => probabilities.map((p) => Math.log(p));
/** Random but fixed distributions, blank in most rows. */
export function randomDistribution(seed: number): Distribution {
  return (row, history) => {
    const key = history.reduce((hash, token) => (hash * 31 + token + 7) % 1000003, seed * 1009 + row * 97);
    const random = generator(key);
    const raw = [0, 1, 2].map(() => random() ** 4).concat(0.6 + random());
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => Math.log(value / total));
  };
}
