// The confidence of what the search knows.

import { describe, expect, it } from "vitest";
import { DEFAULT_CALIBRATION } from "../../../src/decode/phonemes/calibration.ts";
import { confidenceOf, FIGURES, figures } from "../../../src/decode/phonemes/phrase-confidence.ts";

const SURE = { phonemes: 10, behind: 2, background: 0, margin: 8, silence: 80, doubt: 3, seconds: 0.8, worst: 0.5 };

describe("the confidence of an utterance", () => {
  const { confidence, keywordConfidence } = DEFAULT_CALIBRATION;

  it("has a coefficient for each figure", () => {
    expect(figures(SURE)).toHaveLength(FIGURES);
    expect(confidence).toHaveLength(FIGURES);
    expect(keywordConfidence).toHaveLength(FIGURES);
  });

  it("is high for what fits, and low for what is far behind, beside other speech, or as likely as another", () => {
    const sure = confidenceOf(SURE, confidence);
    expect(sure).toBeGreaterThan(0.9);
    expect(confidenceOf({ ...SURE, behind: 60 }, confidence)).toBeLessThan(0.2);
    expect(confidenceOf({ ...SURE, background: 80 }, confidence)).toBeLessThan(sure - 0.1);
    expect(confidenceOf({ ...SURE, margin: 0 }, confidence)).toBeLessThan(sure);
  });

  it("counts what older models have no coefficient for as nothing", () => {
    const older = confidence.slice(0, 7);
    expect(confidenceOf(SURE, older)).toBe(confidenceOf(SURE, [...older, 0, 0]));
    expect(confidenceOf(SURE, older)).not.toBe(confidenceOf(SURE, [...older, 0, -1]));
  });

  it("looks at how slowly a phoneme was spoken, which is never nothing, and at the worst word", () => {
    const [pace, worst] = figures({ ...SURE, seconds: 1.6, worst: 3 }).slice(7);
    expect(pace).toBeCloseTo(Math.log(2));
    expect(worst).toBe(3);
    expect(figures({ ...SURE, seconds: 0 })[7]).toBeGreaterThan(-3);
    expect(figures({ ...SURE, phonemes: 0, seconds: 99, worst: 99 }).slice(7)).toEqual([Math.log(6.25), 8]);
  });

  it("is low where the model itself was unsure of everything", () => {
    expect(confidenceOf({ ...SURE, behind: 10, doubt: 100, silence: 20 }, confidence)).toBeLessThan(0.5);
  });
});
