// Sums over rows, and that weak evidence makes an utterance less likely.

import { describe, expect, it } from "vitest";
import { RowSums } from "../../../src/decode/phonemes/row-sums.ts";
import { SoundRow } from "../../../src/decode/phonemes/sound-row.ts";

const TOKENS = 3;

/** Rows in which the blank and two phonemes have these probabilities. */
function sumsOf(rows: readonly (readonly number[])[], first = 0): RowSums {
  const sounds = new SoundRow(TOKENS, 0, { blankPenalty: 0, floor: 8 });
  const sums = new RowSums(0, first);
  for (const row of rows) {
    sounds.read(Float32Array.from(row, Math.log), 0);
    sums.push(sounds);
  }
  return sums;
}

describe("sums over rows", () => {
  const rows = [
    [0.5, 0.25, 0.25],
    [0.1, 0.8, 0.1],
    [0.9, 0.05, 0.05],
  ];

  it("tell how far nothing is behind, and how unsure the model was", () => {
    const { silence, doubt } = sumsOf(rows, 100).between(100, 103);
    expect(silence).toBeCloseTo(Math.log(8), 5);
    expect(doubt).toBeCloseTo(-Math.log(0.5 * 0.8 * 0.9), 5);
    expect(sumsOf(rows, 100).between(100, 101).silence).toBe(0);
    expect(sumsOf(rows, 100).between(101, 102).doubt).toBeCloseTo(-Math.log(0.8), 5);
  });

  it("begin anew", () => {
    const sums = sumsOf(rows, 100);
    sums.restart(0);
    expect(sums.between(0, 100)).toEqual({ silence: 0, doubt: 0 });
  });

  it("forget what is long ago", () => {
    const row = rows[1]!;
    const sums = sumsOf(Array.from({ length: 5000 }, () => row));
    expect(sums.between(0, 5000).doubt).toBeCloseTo(-2047 * Math.log(0.8), 2);
    expect(sums.between(0, 1000)).toEqual({ silence: 0, doubt: 0 });
    expect(sums.between(4999, 5000).doubt).toBeCloseTo(-Math.log(0.8), 5);
  });
});
