// Samples as callers give them.

import { describe, expect, it } from "vitest";
import { checkSampleRate, checkSamples } from "../../src/audio/samples.ts";
import { errorOf } from "../support/errors.ts";

describe("checkSampleRate", () => {
  it.each([4000, 8000, 16000, 44100, 384000])("takes %i", (rate) => {
    checkSampleRate(rate);
  });

  it.each([0, -16000, 3999, 384001, 16000.5, Number.NaN, Number.POSITIVE_INFINITY, "16000", undefined])(
    "refuses %s",
    (rate) => {
      const error = errorOf(() => checkSampleRate(rate as number));
      expect(error.code).toBe("bad-argument");
      expect(error.message).toContain(`is ${typeof rate === "string" ? JSON.stringify(rate) : rate};`);
    },
  );
});

describe("checkSamples", () => {
  it("scales 16-bit integers to -1 ... 1 and leaves floats alone, without a copy", () => {
    expect([...checkSamples(Int16Array.of(-32768, 0, 16384))]).toEqual([-1, 0, 0.5]);
    const floats = Float32Array.of(-1.5, 0, 256, -256);
    expect(checkSamples(floats)).toBe(floats);
    expect(checkSamples(new Float32Array(0))).toHaveLength(0);
  });

  it.each([
    [Number.NaN, /Sample 2 .* is NaN: every sample must be a finite number/],
    [Number.POSITIVE_INFINITY, /Sample 2 .* is Infinity: every sample must be/],
    [Number.NEGATIVE_INFINITY, /Sample 2 .* is -Infinity: every sample must be/],
    [12000, /Sample 2 .* is 12000: .*divide 16-bit values by 32768/],
    [-257, /Sample 2 .* is -257: /],
  ])("refuses %d and says where", (value, message) => {
    const error = errorOf(() => checkSamples(Float32Array.of(0, 0, value, 0)));
    expect(error.code).toBe("bad-audio");
    expect(error.message).toMatch(message);
  });

  it.each([[[0, 0.5]], [new Float64Array(2)], [new Uint8Array(2)], [undefined], ["audio"]])("refuses %s", (samples) => {
    expect(errorOf(() => checkSamples(samples as unknown as Float32Array)).code).toBe("bad-argument");
  });
});

describe("what is like samples", () => {
  class Odd extends Float32Array {
    constructor(values: number[]) {
      super(values);
      if (!Array.isArray(values)) throw new Error("made of a list only");
    }
  }

  it("a subclass that cannot be made of a length is taken as the plain array that it is", () => {
    const odd = new Odd([0.5, 0.25]);
    expect(() => odd.subarray(1)).toThrow();
    const checked = checkSamples(odd);
    expect([...checked.subarray(1)]).toEqual([0.25]);
    expect(checked.buffer).toBe(odd.buffer);
  });

  const trapped = new Proxy(new Float32Array(9), {
    get: () => {
      throw new Error("trapped");
    },
  });

  it.each([
    ["a proxy", new Proxy(new Float32Array(9), {})],
    ["a proxy that throws", trapped],
    ["a sparse array", new Array(1e9)],
    ["a symbol", Symbol("samples")],
    ["a number of any size", 10n ** 100n],
  ])("%s is refused", (_, given) => {
    expect(errorOf(() => checkSamples(given as Float32Array)).code).toBe("bad-argument");
  });
});

it("what is too faint to be heard is silence: numbers near zero cost processors many times the time", () => {
  const checked = checkSamples(Float32Array.of(1e-40, -1e-20, 0.5, -1e-13, 1e-10, 0));
  expect([...checked]).toEqual([0, 0, 0.5, 0, Math.fround(1e-10), 0]);
});
