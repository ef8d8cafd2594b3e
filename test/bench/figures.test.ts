// What turns timings into published figures: a mistake here would falsify them all.

import { describe, expect, it } from "vitest";
import { goals } from "../../bench/report/goals.ts";
import type { Report } from "../../bench/report/report.ts";
import { compare, median } from "../../bench/rounds.ts";
import { cell, format, type Table } from "../../bench/table.ts";

describe("median", () => {
  it("is the middle value, or the mean of the two, whatever their order, and leaves its argument alone", () => {
    const values = [9, 1, 5];
    expect(median(values)).toBe(5);
    expect(values).toEqual([9, 1, 5]);
    expect(median([4, 1, 100, 2])).toBe(3);
    expect(median([7])).toBe(7);
  });
});

/** Keeps a processor busy for that long. */
const busy = (ms: number) => () => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

describe("compare", () => {
  it("gives rates in the cases' units and ratios to the first, above 1 where faster", async () => {
    const timings = await compare("busy", [
      { name: "slow", units: 4, run: busy(4) },
      { name: "fast", units: 4, run: busy(1) },
      { name: "half the work", units: 2, run: busy(4) },
    ]);
    expect(timings.map(({ name }) => name)).toEqual(["slow", "fast", "half the work"]);
    // Units a second; a loaded machine makes runs longer, never shorter.
    expect(timings[0]!.rate).toBeLessThanOrEqual(1010);
    expect(timings[0]!.rate).toBeGreaterThan(100);
    expect(timings[0]!.ratio).toBe(1);
    expect(timings[1]!.ratio).toBeGreaterThan(2);
    expect(timings[2]!.ratio).toBeLessThan(0.8);
  });
});

describe("cell", () => {
  it.each([
    [null, "-"],
    ["text", "text"],
    [12, "12"],
    [0.12345, "0.123"],
    [12.345, "12.3"],
    [123.45, "123"],
    [1234567.8, "1234568"],
    [0.00012345, "1.2e-4"],
  ])("shows %j as %s", (value, text) => {
    expect(cell(value)).toBe(text);
  });
});

describe("format", () => {
  it("aligns columns and shows the note", () => {
    const table: Table = { title: "T", note: "N", columns: ["a", "long"], rows: [["bb", 1.5]] };
    expect(format(table)).toBe("T\n  N\n  a   long\n  bb  1.50\n");
  });
});

describe("goals", () => {
  const part = (tables: Table[]) => ({ versions: {}, tables, date: "", machine: "" });
  const step = (web: (number | null)[]): Table => ({
    title: "encoder step: commands, the shipped model",
    columns: ["runtime", "ms", "times ours"],
    rows: [
      ["foldvox int8", 1, 1],
      ["onnxruntime-web fp32, 2 threads", 1, 0.1],
      ["onnxruntime-web int8", 1, web[0]!],
      ["onnxruntime-web fp32", 1, web[1]!],
    ],
  });
  const reached = (report: Report, what: string) => goals(report).rows.find(([name]) => String(name).startsWith(what))!;

  it("compares with the better of a peer's precisions, and takes no more threads for it", () => {
    const row = reached({ peers: part([step([20, 12])]) }, "commands, step: onnxruntime-web");
    expect(row.slice(1)).toEqual([12, "at least 10", "yes"]);
    expect(reached({ peers: part([step([20, 9.9])]) }, "commands, step: onnxruntime-web")[3]).toBe("no");
  });

  it("compares in Chromium with what runs there too", () => {
    const table = (own: number | null): Table => ({
      title: "encoder step: commands, the shipped model",
      columns: ["runtime", "ms", "times ours"],
      rows: [
        ["foldvox int8", 1, 1],
        ["onnxruntime-web int8", 2, 2],
        ["foldvox in Chromium int8", own, own],
        ["onnxruntime in Chromium int8", 12, 12],
        ["onnxruntime in Chromium fp32", 10, 10],
      ],
    });
    const row = (own: number | null) =>
      reached({ peers: part([table(own)]) }, "commands, step, both in Chromium").slice(1);
    expect(row(0.5)).toEqual([20, "at least 10", "yes"]);
    expect(row(null)).toEqual([null, "at least 10", null]);
  });

  it("tells the processes of a peer's precisions apart", () => {
    const table: Table = {
      title: "memory: 20 layers of 512, base size",
      columns: ["runtime", "process, peak MB"],
      rows: [
        ["foldvox int8", 100],
        ["onnxruntime-web int8", 300],
        ["onnxruntime-web fp32", 700],
      ],
    };
    const ratio = (precision: string) =>
      reached({ peers: part([table]) }, `base size: onnxruntime-web's process, ${precision}`).slice(1);
    expect(ratio("fp32")).toEqual([7, "at least 6", "yes"]);
    expect(ratio("int8")).toEqual([3, "at least 6", "no"]);
  });

  it("says nothing where a figure is missing", () => {
    expect(reached({}, "download").slice(1)).toEqual([null, "at most 60", null]);
    expect(reached({ peers: part([step([20, null])]) }, "commands, step: onnxruntime-web")[3]).toBe(null);
  });

  it("knows the least from the most", () => {
    const download = (kilobytes: number) =>
      reached(
        { peers: part([{ title: "download", columns: ["what", "KB"], rows: [["foldvox, as published", kilobytes]] }]) },
        "download",
      )[3];
    expect(download(59)).toBe("yes");
    expect(download(61)).toBe("no");
  });

  it("knows the slowest product of either build", () => {
    const slowest = (build: string, relaxed: (number | null)[]) => {
      const table = {
        title: "int8 products of a step: commands",
        columns: ["product", "of C, SSE4.1", "of simd"],
        rows: [
          ["a", 0.95, relaxed[0]!],
          ["b", 0.85, relaxed[1]!],
        ],
      };
      return reached({ ours: part([table]) }, `commands, ${build} build: slowest int8 product`).slice(1);
    };
    expect(slowest("simd", [2, 4])).toEqual([0.85, "at least 0.9", "no"]);
    expect(slowest("relaxed", [2, 4])).toEqual([1.9, "at least 0.9", "yes"]);
    expect(slowest("relaxed", [null, null])).toEqual([null, "at least 0.9", null]);
  });
});
