// Checks of option objects: unknown names, wrong kinds, and what is no object at all.

import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../src/errors.ts";
import { checkCount, checkOptions } from "../src/options.ts";

const types = { signal: "object", onProgress: "function", fast: "boolean", count: "any" } as const;

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FoldvoxError);
    expect((error as FoldvoxError).code).toBe("bad-argument");
    return (error as FoldvoxError).message;
  }
  return "no error";
}

describe("checkOptions", () => {
  it("lets through what is right, or not given", () => {
    for (const given of [
      {},
      { signal: {}, onProgress() {}, fast: false, count: null },
      { slow: undefined, fast: undefined },
    ]) {
      expect(messageOf(() => checkOptions("options", given, types))).toBe("no error");
    }
  });

  it.each([
    [null, "options is null; give an object."],
    [undefined, "options is undefined; give an object."],
    ["fast", 'options is "fast"; give an object.'],
    [[], "options is a list; give an object."],
    [{ fats: true }, "options.fats is no option; there are signal, onProgress, fast, count."],
    [{ toString: 1 }, "options.toString is no option; there are signal, onProgress, fast, count."],
    [{ fast: "false" }, 'options.fast is "false"; give true or false.'],
    [{ onProgress: {} }, "options.onProgress is an object; give a function."],
    [{ signal: null }, "options.signal is null; give an object."],
  ])("refuses %j", (given, message) => {
    expect(messageOf(() => checkOptions("options", given, types))).toBe(message);
  });
});

describe("checkCount", () => {
  it("takes whole numbers from 1 to the most", () => {
    expect([checkCount("beam", 1, 3), checkCount("beam", 3, 3)]).toEqual([1, 3]);
    for (const count of [0, 4, 1.5, Number.NaN, "2" as unknown as number]) {
      expect(messageOf(() => checkCount("beam", count, 3))).toMatch(/^beam is .*; give a whole number from 1 to 3\.$/);
    }
  });
});
