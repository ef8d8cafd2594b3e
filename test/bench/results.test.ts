// Results that are committed, and the pages that are made of them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { markdown } from "../../bench/report/markdown.ts";
import type { Dated } from "../../bench/report/report.ts";
import { resultsText } from "../../bench/report/results.ts";
import { type Load, scalePage, withLoads } from "../../bench/report/scale.ts";
import { merged } from "../../bench/report/write.ts";
import type { Table } from "../../bench/table.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const results = <T>(name: string) => JSON.parse(read(`bench/results/${name}.json`)) as T;

const table = (title: string, value: number, measured?: string): Table => ({
  title,
  columns: ["what", "value"],
  rows: [["x", value]],
  ...(measured && { measured }),
});

describe("merged", () => {
  const now = { date: "2026-12-01", machine: "new" };
  const last = { versions: {}, date: "2026-11-01", machine: "old", tables: [table("a", 1), table("b", 2, "long ago")] };

  it("puts a run's tables in the places of those before; others stay, and say when they were measured", () => {
    const part = merged(last, { versions: { v: "2" }, tables: [table("c", 5), table("b", 3)] }, now);
    expect(part).toMatchObject({ ...now, versions: { v: "2" } });
    expect(part.tables).toEqual([table("a", 1, "2026-11-01, on old"), table("b", 3), table("c", 5)]);
    const again = merged(part, { versions: {}, tables: [table("c", 6)] }, { date: "2026-12-02", machine: "newer" });
    expect(again.tables[0]!.measured).toBe("2026-11-01, on old");
    expect(again.tables[1]!.measured).toBe("2026-12-01, on new");
  });

  it("begins with nothing", () => {
    expect(merged(null, { versions: {}, tables: [table("a", 1)] }, now).tables).toEqual([table("a", 1)]);
  });
});

describe("resultsText", () => {
  it("is the results, with lists on a line each", () => {
    const value = { tables: [table("a [b]", 1), table("c", 2)], none: [] };
    const text = resultsText(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('["what", "value"]');
  });
});

const load = (streams: number, msPerSecond: number, more: Partial<Load> = {}): Load => ({
  model: "m",
  grammar: null,
  streams,
  seconds: 90,
  date: "2026-12-01",
  machine: "here",
  wordMs: [-1.4, 100.6],
  beyondAloneMs: 3,
  answerMs: 2.25,
  msPerSecond,
  residentMiB: [80, 90.4],
  conversations: 7,
  wrong: 1,
  ...more,
});

describe("the page of servers", () => {
  const page =
    "before\n<!-- loads: written by npm run bench:serve -->\nold\n<!-- end of loads -->\nbetween\n" +
    "<!-- costs: written by npm run bench:serve -->\n<!-- end of costs -->\nafter\n";

  it("tells every load, where it was measured, and what the largest costs", () => {
    const text = scalePage(page, [load(1, 20), load(100, 7), load(2, 10, { grammar: "g.jsgf", machine: "there" })]);
    expect(text).toContain("m: 2026-12-01, on here.\nm, g.jsgf: 2026-12-01, on there.");
    expect(text).toContain("| m | 100 | 1.5 | -1 | 101 | 3 | 2.3 | 7.00 | 0.70 | 90 | 7, 1 |");
    expect(text).toContain("|  | m | m, g.jsgf |");
    expect(text).toContain("| streams a core at 70 % of it | 100 | 70 |");
    expect(text).toContain("| 1,000 lines at once: cores at 70 % | 10.0 | 14.3 |");
    expect(text).toContain("| a day of them: core hours | 168 | 240 |");
    expect(text).not.toContain("old");
    expect(text.startsWith("before\n<!-- loads") && text.endsWith("end of costs -->\nafter\n")).toBe(true);
  });

  it("puts a run's loads in the place of those of as many streams", () => {
    const all = withLoads([load(1, 1), load(50, 2)], [load(50, 3), load(9, 4), load(1, 5, { model: "n" })]);
    expect(all.map(({ model, streams, msPerSecond }) => [model, streams, msPerSecond])).toEqual([
      ["m", 1, 1],
      ["m", 9, 4],
      ["m", 50, 3],
      ["n", 1, 5],
    ]);
  });
});

describe("committed pages", () => {
  it("are what the committed results make", () => {
    const parts = ["ours", "peers", "dictation"].map((name) => [name, results<Dated>(name)]);
    expect(read("docs/benchmarks.md")).toBe(markdown(Object.fromEntries(parts)));
    expect(read("docs/scale.md")).toBe(scalePage(read("docs/scale.md"), results<Load[]>("serve")));
  });
});
