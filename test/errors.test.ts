// The error and how its messages show values.

import { describe, expect, it } from "vitest";
import { FoldvoxError, shown } from "../src/errors.ts";

describe("FoldvoxError", () => {
  it("is an Error with a code, and a cause if it has one", () => {
    const cause = new Error("underneath");
    const error = new FoldvoxError("io", "It broke.", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "FoldvoxError", code: "io", message: "It broke.", cause });
    expect(String(error)).toBe("FoldvoxError: It broke.");
    expect(new FoldvoxError("io", "It broke.")).not.toHaveProperty("cause");
  });
});

describe("shown", () => {
  it.each<[unknown, string]>([
    ["text", '"text"'],
    ['a "quoted"\n text', '"a \\"quoted\\"\\n text"'],
    ["x".repeat(121), `"${"x".repeat(120)}..."`],
    [2.5, "2.5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [[1, 2], "a list"],
    [{ a: 1 }, "an object"],
  ])("%j as %s", (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
