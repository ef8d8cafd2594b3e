// exp and powers of two that are the same on every engine.

import { describe, expect, it } from "vitest";
import { exponential, powerOfTwo } from "../src/exponential.ts";

describe("powerOfTwo", () => {
  it("is exact from the smallest normal number to the largest", () => {
    for (let n = -1022; n <= 1023; n++) expect(powerOfTwo(n)).toBe(2 ** n);
  });
});

describe("exponential", () => {
  it("agrees with the host's exp to the last few bits", () => {
    for (let x = -700; x <= 700; x += 0.137) {
      expect(Math.abs(exponential(x) / Math.exp(x) - 1), `exp(${x})`).toBeLessThan(1e-15);
    }
  });

  it("has known bits", () => {
    // Changed bits here mean that hypotheses may win on one engine that lose on another.
    expect([0, 0.5, -1, -0.1, -30].map(exponential)).toEqual([
      1, 1.6487212707001282, 0.36787944117144233, 0.9048374180359595, 9.357622968840175e-14,
    ]);
  });

  it("ends in 0 and in a finite number", () => {
    expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exponential(-701)).toBe(0);
    expect(exponential(Number.NaN)).toBe(0);
    expect(exponential(1e9)).toBe(exponential(700));
    expect(Number.isFinite(exponential(700))).toBe(true);
  });
});
