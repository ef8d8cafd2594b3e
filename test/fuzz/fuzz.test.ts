// A few seconds of every fuzz target; `npm run fuzz` runs as many cases as one likes.

import { describe, expect, it } from "vitest";
import { runCases, TARGETS } from "./cases.ts";

const CASES = 400;
const SLOWER: Readonly<Record<string, number>> = { model: 60, sequences: 60 };

describe("damaged input", () => {
  for (const target of TARGETS) {
    it(`${target.name}: is taken or refused, and nothing else`, { timeout: 300_000 }, async () => {
      const { cases, accepted } = await runCases(target, 1, 0, SLOWER[target.name] ?? CASES);
      // Cases that are all refused, or all taken, would test nothing behind the first check.
      if (target.name !== "sequences") expect(accepted).toBeLessThan(cases);
      expect(accepted).toBeGreaterThan(0);
    });
  }
});

describe("what counts as a finding", () => {
  const target = (run: () => void) => ({ name: "made up", share: 1, run });

  it("an error that is no FoldvoxError, by the case that repeats it", async () => {
    const broken = target(() => {
      throw new TypeError("x is undefined");
    });
    await expect(runCases(broken, 3, 5, 1)).rejects.toThrow(/case 5: TypeError: x is undefined\n.*--seed 3 --first 5/);
  });

  it("memory out of all proportion", async () => {
    const kept: Uint8Array[] = [];
    const greedy = target(() => void kept.push(new Uint8Array(2e8)));
    await expect(runCases(greedy, 1, 0, 1)).rejects.toThrow(/allocated 2\d{8} bytes/);
    expect(kept).toHaveLength(1);
  });
});
