// Which words a model's tokens can spell.

import { describe, expect, it } from "vitest";
import { Spelling } from "../../../src/decode/text/spelling.ts";
import { errorOf } from "../../support/errors.ts";

describe("Spelling", () => {
  it("of words knows the words, in the case that they have", () => {
    const spelling = new Spelling(["<blank>", "yes", "NO"], "word", 0);
    expect(["yes", "Yes", "no", "NO", "ye", "<blank>", ""].map((word) => spelling.fit(word))).toEqual([
      "yes",
      "yes",
      "NO",
      "NO",
      null,
      null,
      null,
    ]);
  });

  it("of pieces joins them, the first of which begins a word", () => {
    const spelling = new Spelling(["<blank>", "\u2581he", "llo", "l", "o", "\u2581s"], "piece", 0);
    expect(spelling.fit("hello")).toBe("hello");
    expect(spelling.fit("Hello")).toBe("hello");
    expect(spelling.fit("helo")).toBe("helo");
    expect(spelling.fit("llo")).toBeNull();
    expect(spelling.fit("help")).toBeNull();
  });

  it("of pieces lets any piece follow a lone word mark", () => {
    expect(new Spelling(["<blank>", "\u2581", "a", "b"], "piece", 0).fit("ab")).toBe("ab");
  });

  it("of characters takes words of those characters", () => {
    const spelling = new Spelling(["<blank>", "A", "B", " "], "character", 0);
    expect(spelling.fit("abba")).toBe("ABBA");
    expect(spelling.fit("abc")).toBeNull();
  });

  it("says what cannot be spelled, and what words there are", () => {
    const error = errorOf(() => new Spelling(["<blank>", "yes", "no"], "word", 0).demand("maybe", "The grammar holds"));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(/The grammar holds "maybe".*yes, no/);
  });
});
