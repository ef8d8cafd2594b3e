// The options of decoding, as far as they can be judged without a model.

import { describe, expect, it } from "vitest";
import { checkDecoding, type DecodingOptions } from "../../src/decode/decoding-options.ts";
import type { FoldvoxError } from "../../src/errors.ts";

describe("checkDecoding", () => {
  it("lets through what is right", () => {
    checkDecoding({});
    checkDecoding({ beam: 1024, alternatives: 100, hotwords: [], grammar: "any text", languageModel: { arpa: "" } });
  });

  it.each<[unknown, RegExp]>([
    [null, /^decoding is null/],
    [{ beam: 0 }, /^decoding.beam is 0/],
    [{ beam: 2.5 }, /^decoding.beam/],
    [{ alternatives: 101 }, /^decoding.alternatives/],
    [{ hotwords: "yes" }, /^decoding.hotwords/],
    [{ sensitivity: 1.5 }, /^decoding.sensitivity is 1.5; give a number from 0 to 1/],
    [{ keywords: "stop" }, /^decoding.keywords is "stop"/],
    [{ keywords: [""] }, /^A keyword is ""/],
    [{ keywords: [{ phrase: "stop", sensitivity: -1 }] }, /^The sensitivity of the keyword "stop"/],
    [{ keywords: [{ phrase: "stop", boost: 1 }] }, /boost is no option/],
    [{ beams: 3 }, /^decoding.beams is no option/],
  ])("refuses %j", (options, message) => {
    let error: FoldvoxError | null = null;
    try {
      checkDecoding(options as DecodingOptions);
    } catch (thrown) {
      error = thrown as FoldvoxError;
    }
    expect(error?.code).toBe("bad-argument");
    expect(error?.message).toMatch(message);
  });
});
