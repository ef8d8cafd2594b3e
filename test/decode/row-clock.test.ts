import { describe, expect, test } from "vitest";
import { RowClock } from "../../src/decode/row-clock.ts";

describe("the clock of a decoder", () => {
  test("counts utterances from the start of the audio, not from the silence that leads it", () => {
    const clock = new RowClock({ tokenSeconds: 0.04, startRow: -5 });
    expect(clock.row).toBe(-5);
    expect(clock.utteranceSeconds).toBeCloseTo(-0.2);
    clock.beginUtterance();
    expect(clock.utteranceRow).toBe(0);
    clock.advance(30);
    expect(clock.utteranceSeconds).toBeCloseTo(1);
    expect(clock.secondsSince(20)).toBeCloseTo(0.2);
  });

  test("an utterance begins with the next row", () => {
    const clock = new RowClock({ tokenSeconds: 0.04, startRow: 0 });
    clock.advance(10);
    clock.beginUtterance();
    expect(clock.utteranceRow).toBe(10);
    expect(clock.utteranceSeconds).toBe(0);
    clock.reset();
    expect([clock.row, clock.utteranceRow]).toEqual([0, 0]);
  });
});
