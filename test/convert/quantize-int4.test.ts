// Four bits: how near the weights they come, and what becomes of rows that have nothing to scale.

import { describe, expect, it } from "vitest";
import { quantizeInt4 } from "../../src/convert/quantize-int4.ts";
import { int4Table, weightsAt } from "../../src/model/int4.ts";
import { relativeL2 } from "../support/numbers.ts";
import { randomFloats } from "../support/random.ts";

/** What the codes stand for. */
function restored(values: Float32Array, rows: number, columns: number): Float32Array {
  const { codes, groups, scales } = quantizeInt4(values, rows, columns);
  return Float32Array.from(values, (_, i) => {
    const [group, place] = [Math.floor(i / 32), i % 32];
    const byte = codes[16 * group + (place % 16)]!;
    return weightsAt(groups[group]!)[place < 16 ? byte & 15 : byte >> 4]! * scales[Math.floor(i / columns)]!;
  });
}

/** About normal, as trained weights are. */
function normal(count: number, seed: number): Float32Array {
  const parts = Array.from({ length: 12 }, (_, i) => randomFloats(count, seed + i, 0.5));
  return Float32Array.from({ length: count }, (_, i) => parts.reduce((sum, part) => sum + part[i]!, 0));
}

describe("quantizeInt4", () => {
  it("comes within 9 % of normal weights", () => {
    const values = normal(64 * 96, 5);
    expect(relativeL2(restored(values, 64, 96), values)).toBeLessThan(0.09);
  });

  it("has a scale for every group: one ten times smaller than the row's largest comes within 15 % of its own", () => {
    const values = normal(64 * 64, 1).map((x, i) => x * (i % 64 < 32 ? 0.1 : 1) * 2 ** -Math.floor(i / 64));
    const found = restored(values, 64, 64);
    const small = (of: Float32Array) => of.filter((_, i) => i % 64 < 32 && i < 64 * 20);
    expect(relativeL2(small(found), small(values))).toBeLessThan(0.15);
  });

  it("gives a row of zeros, or of next to nothing, zeros", () => {
    const values = new Float32Array(96);
    values[40] = 1e-40;
    values[70] = -2;
    const found = restored(values, 3, 32);
    expect(Array.from(found.subarray(0, 64))).toEqual(new Array(64).fill(0));
    // There is no level at zero: 31 small errors weigh against a large one.
    expect(Math.abs(found[70]! + 2)).toBeLessThan(0.25);
  });
});

describe("int4Table", () => {
  it("has int8 weights for each of 16 codes at 128 scales, odd about zero but for rounding", () => {
    const table = int4Table();
    expect(table.length).toBe(128 * 16);
    for (let scale = 0; scale < 128; scale++) {
      const row = Array.from(table.subarray(16 * scale, 16 * scale + 16));
      expect(row).toEqual(weightsAt(scale));
      row.forEach((weight, code) => {
        expect(Math.abs(weight + row[15 - code]!)).toBeLessThanOrEqual(1);
      });
    }
  });
});
