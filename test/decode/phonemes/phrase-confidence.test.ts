// The confidence of what the search knows.

import { describe, expect, it } from "vitest";
import { DEFAULT_CALIBRATION } from "../../../src/decode/phonemes/calibration.ts";
import { confidenceOf, FIGURES, figures } from "../../../src/decode/phonemes/phrase-confidence.ts";

const SURE = { phonemes: 10, behind: 2, background: 0, margin: 8, silence: 80, doubt: 3 };

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

  it("is low where the model itself was unsure of everything", () => {
    expect(confidenceOf({ ...SURE, behind: 10, doubt: 100, silence: 20 }, confidence)).toBeLessThan(0.5);
  });
});
