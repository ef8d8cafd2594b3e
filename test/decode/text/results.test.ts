// Results at the end of the audio.

import { describe, expect, it } from "vitest";
import { endingBy } from "../../../src/decode/text/results.ts";

describe("endingBy", () => {
  const words = [
    { word: "yes", start: 0.4, end: 0.8, conf: 1 },
    { word: "no", start: 0.96, end: 1.04, conf: 0.5 },
  ];

  it("lets no word, of the text or of an alternative, reach beyond the audio", () => {
    const cut = endingBy(
      { text: "yes no", result: words, alternatives: [{ text: "yes no", confidence: 1, result: words }] },
      1,
    );
    expect(cut.result.map(({ end }) => end)).toEqual([0.8, 1]);
    expect(cut.alternatives![0]!.result).toEqual(cut.result);
  });

  it("changes nothing else, and makes no alternatives", () => {
    expect(endingBy({ text: "yes no", result: words }, 2)).toEqual({ text: "yes no", result: words });
  });
});
