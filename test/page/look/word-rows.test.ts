// Words on the timeline, and the scale of plots.

import { expect, it } from "vitest";
import { median, roundUp } from "../../../web/page/look/plot.ts";
import { WordRows } from "../../../web/page/look/word-rows.ts";

it("puts a word on a line below where another reaches, and on the first that is free", () => {
  const rows = new WordRows();
  expect([rows.place(0, 40), rows.place(10, 40), rows.place(20, 40), rows.place(30, 10)]).toEqual([0, 1, 2, 0]);
  expect(rows.place(100, 10)).toBe(0);
});

it("rounds a scale up, and finds the middle", () => {
  expect([0.3, 1, 3, 12, 99].map(roundUp)).toEqual([0.5, 1, 5, 20, 100]);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
