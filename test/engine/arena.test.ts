// Sizes of arenas as callers ask for them; what they are made of is checked where it is used.

import { expect, it } from "vitest";
import { arenaBytes, fitsIn } from "../../src/engine/arena.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { errorOf } from "../support/errors.ts";
import { modelFile } from "../support/model-file.ts";

const header = readModelHeader(modelFile());

it("grow with streams, and are compared with the limit", () => {
  const one = arenaBytes(header);
  expect(one % 65536).toBe(0);
  expect(arenaBytes(header, { streams: 1000 })).toBeGreaterThan(one);
  expect(fitsIn(header, one)).toBe(true);
  expect(fitsIn(header, one - 1)).toBe(false);
  expect(fitsIn(header, Number.POSITIVE_INFINITY)).toBe(true);
});

it.each([
  { streams: 0 },
  { streams: -1 },
  { streams: 1e7 },
  { streams: "2" },
  { streams: Number.NaN },
  { beam: 2000 },
  { threads: 1e9 },
  { stream: 2 },
  null,
  [],
  5,
  Symbol("options"),
])("%o are no options", (options) => {
  expect(errorOf(() => arenaBytes(header, options as object)).code).toBe("bad-argument");
  expect(errorOf(() => fitsIn(header, 1e9, options as object)).code).toBe("bad-argument");
});

it.each([Number.NaN, -1, "1e9", undefined, null, Symbol("limit")])("%o is no limit", (limit) => {
  expect(errorOf(() => fitsIn(header, limit as number)).code).toBe("bad-argument");
});

it.each([undefined, null, 5, {}, { config: {} }])("%o is no header", (given) => {
  expect(errorOf(() => arenaBytes(given as typeof header)).code).toBe("bad-argument");
});
