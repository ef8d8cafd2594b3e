// N-gram models: probabilities by hand, and damaged files.

import { describe, expect, it } from "vitest";
import { LanguageModel, type LanguageModelSource } from "../../../src/decode/scorers/language-model.ts";
import { errorOf } from "../../support/errors.ts";

const ARPA = `
\\data\\
ngram 1=5
ngram 2=3
ngram 3=1

\\1-grams:
-1.0\t<unk>
-99\t<s>\t-0.5
-0.7\t</s>
-0.6\tyes\t-0.25
-0.9\tno\t-0.125

\\2-grams:
-0.2\t<s> yes\t-0.1
-0.4\tyes no\t-0.3
-0.3\tno </s>

\\3-grams:
-0.05\t<s> yes no

\\end\\
`;

const bare = { weight: 1, wordBonus: 0 };

/** log10 of each word's probability and of the end's. */
function logProbabilities(text: string, options: Partial<LanguageModelSource> = {}): number[] {
  const model = new LanguageModel({ arpa: ARPA, ...bare, ...options });
  let state = model.start;
  const words = text.split(" ").map((word) => {
    const step = model.word(state, word);
    state = step.state;
    return step.score / Math.LN10;
  });
  return [...words, model.end(state) / Math.LN10];
}

describe("LanguageModel", () => {
  it.each<[string, number[]]>([
    // <s> yes; <s> yes no; back off from "yes no" to "no </s>".
    ["yes no", [-0.2, -0.05, -0.3 - 0.3]],
    // Back off from <s> to "no"; "no </s>".
    ["no", [-0.5 - 0.9, -0.3]],
    // Back off twice: from "<s> yes" and from "yes".
    ["yes yes", [-0.2, -0.1 - 0.25 - 0.6, -0.25 - 0.7]],
    // Unknown words have <unk>'s probability.
    ["maybe yes", [-0.5 - 1.0, -0.6, -0.25 - 0.7]],
    ["YES No", [-0.2, -0.05, -0.6]],
  ])("scores %s", (text, expected) => {
    for (const [i, value] of logProbabilities(text).entries()) expect(value).toBeCloseTo(expected[i]!, 10);
  });

  it("is weighted, and pays for each word", () => {
    const [word, end] = logProbabilities("yes", { weight: 0.5, wordBonus: 1 });
    expect(word).toBeCloseTo(0.5 * -0.2 + 1 / Math.LN10, 10);
    expect(end).toBeCloseTo(0.5 * (-0.1 - 0.25 - 0.7), 10);
  });

  it("of single words needs no history, and no end", () => {
    const model = new LanguageModel({ arpa: "\\data\\\nngram 1=1\n\\1-grams:\n-0.5 yes\n\\end\\", ...bare });
    const { state, score } = model.word(model.start, "yes");
    expect(score / Math.LN10).toBeCloseTo(-0.5, 10);
    expect(model.word(state, "no").score / Math.LN10).toBeCloseTo(-7, 10);
    expect(model.end(state)).toBe(0);
  });

  it.each([
    ["", /not \\data\\/],
    ["\\data\\\n\\end\\", /no n-gram/],
    [ARPA.replace("\\end\\", ""), /cut off/],
    [ARPA.replace("-0.9\tno", "x\tno"), /line 12.*not a 1-gram/],
    [ARPA.replace("-0.9\tno", "1e9994\tno"), /line 12.*not a 1-gram/],
    [ARPA.replace("-0.9\tno", "0.1\tno"), /line 12.*logarithm of its probability/],
    [ARPA.replace("-0.3\tno </s>", "-0.3\tno"), /line 17.*not a 2-gram/],
    [ARPA.replace("-0.3\tno </s>\n", ""), /2-grams, of which 1 are missing/],
    [ARPA.replace("ngram 2=3", "ngram 2=2"), /2-grams, of which 1 are too many/],
    [`\\data\\\nngram 99999=1\n\\99999-grams:\n-1\t${"a ".repeat(99_999)}\n\\end\\`, /n-grams of 99999 words/],
    [ARPA.replace("ngram 2=3", "nonsense"), /line 4 is "nonsense"/],
  ])("%# that is damaged is refused with its line", (arpa, message) => {
    const error = errorOf(() => new LanguageModel(arpa));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(message);
  });

  it("refuses weights that are none", () => {
    expect(errorOf(() => new LanguageModel({ arpa: ARPA, weight: Number.NaN })).message).toMatch(/weight is NaN/);
    expect(errorOf(() => new LanguageModel({ arpa: 5 as unknown as string })).code).toBe("bad-argument");
  });
});
