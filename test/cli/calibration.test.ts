// Expected calibration error, by hand.

import { describe, expect, it } from "vitest";
import { expectedCalibrationError, judgeWords } from "../../src/cli/calibration.ts";
import { generator } from "../support/random.ts";

const judged = (...pairs: [number, boolean][]) => pairs.map(([confidence, isRight]) => ({ confidence, isRight }));

describe("expectedCalibrationError", () => {
  it.each<[string, [number, boolean][], number]>([
    ["certain and right", [[1, true]], 0],
    ["certain and wrong", [[1, false]], 1],
    [
      "half sure, half right",
      [
        [0.55, true],
        [0.55, false],
      ],
      0.05,
    ],
    // (|1.9 - 1| + |0.2 - 1|) / 3
    [
      "two bins",
      [
        [0.95, true],
        [0.95, false],
        [0.2, true],
      ],
      (0.9 + 0.8) / 3,
    ],
  ])("%s", (_, pairs, error) => {
    expect(expectedCalibrationError(judged(...pairs))).toBeCloseTo(error, 12);
  });

  it("is small for confidences that are true, and knows none without judgements", () => {
    const random = generator(5);
    const honest = Array.from({ length: 20000 }, () => random()).map((confidence) => ({
      confidence,
      isRight: random() < confidence,
    }));
    expect(expectedCalibrationError(honest)!).toBeLessThan(0.02);
    const boastful = honest.map(({ confidence, isRight }) => ({ confidence: Math.sqrt(confidence), isRight }));
    expect(expectedCalibrationError(boastful)!).toBeGreaterThan(0.1);
    expect(expectedCalibrationError([])).toBeNull();
  });
});

describe("judgeWords", () => {
  it.each<[string, string, string]>([
    ["a b c", "a b c", "111"],
    ["a b c", "a x c", "101"],
    ["a b c", "x a b c", "0111"],
    ["a b c", "c", "1"],
    ["", "a", "0"],
    ["a b", "b a", "10"],
    ["a", "", ""],
  ])("%j heard as %j", (reference, heard, right) => {
    const split = (text: string) => (text === "" ? [] : text.split(" "));
    const words = split(heard);
    const judgements = judgeWords(
      split(reference),
      words,
      words.map((_, i) => i / 10),
    );
    expect(judgements.map(({ isRight }) => (isRight ? "1" : "0")).join("")).toBe(right);
    expect(judgements.map(({ confidence }) => confidence)).toEqual(words.map((_, i) => i / 10));
  });
});
