// The likeliest utterances of a search, from its trace.

import { expect, it } from "vitest";
import { hypotheses } from "../../../src/decode/phonemes/hypotheses.ts";
import { Trace } from "../../../src/decode/tokens/trace.ts";

/** A history of so many records, each of which another one has lost to by one more nat than the one before. */
function contested(length: number): { trace: Trace; last: number } {
  const trace = new Trace();
  let last = -1;
  for (let i = 0; i < length; i++) {
    const lost = trace.add(last, 2 * i + 1, -i - 1, i, i, 0);
    last = trace.add(last, 2 * i, i + 1, i, i, 0);
    trace.addAlternative(last, lost, i + 1);
  }
  return { trace, last };
}

const endAt = (record: number) => [{ record, end: 0, score: 0, phraseScore: 0 }];

it("yields the best first, then those that were the least behind where they met it", () => {
  const { trace, last } = contested(5);
  const found = [...hypotheses(trace, endAt(last))];
  expect(found.slice(0, 4).map(({ score }) => score)).toEqual([0, -1, -2, -3]);
  expect(found[1]!.records.map((record) => trace.label[record])).toEqual([1, 2, 4, 6, 8]);
});

it("takes no more work for an utterance that never ends than for a long one", () => {
  const held = (length: number) => {
    const { trace, last } = contested(length);
    let records = 0;
    for (const way of hypotheses(trace, endAt(last))) records += way.records.length;
    return records;
  };
  expect(held(1000)).toBeGreaterThan(30_000);
  expect(held(100_000)).toBeLessThanOrEqual(100_000 + 40_000);
});
