// What a run leaves behind: its results in bench/results/, and the page and the document that are made of all results.

import { writeFileSync } from "node:fs";
import { machine } from "../machine.ts";
import { format } from "../table.ts";
import { goals } from "./goals.ts";
import { markdown } from "./markdown.ts";
import { page } from "./page.ts";
import type { Dated, Part, Report } from "./report.ts";
import { readResults, writeResults } from "./results.ts";

const PARTS = ["ours", "peers", "dictation"] as const;

const file = (path: string) => new URL(`../${path}`, import.meta.url);

/** The part with a run's tables in it. A run of some suites or models leaves the tables of the others, which say when they were measured. */
export function merged(
  last: Dated | null,
  part: Part,
  now: { readonly date: string; readonly machine: string },
): Dated {
  const fresh = new Map(part.tables.map((table) => [table.title, table]));
  const before = (last?.tables ?? []).map((table) => {
    return fresh.get(table.title) ?? { measured: `${last!.date}, on ${last!.machine}`, ...table };
  });
  const known = new Set(before.map(({ title }) => title));
  return { ...part, tables: [...before, ...part.tables.filter(({ title }) => !known.has(title))], ...now };
}

/** Writes build/bench.html and docs/benchmarks.md of bench/results/. */
export function writePages(): void {
  const parts = PARTS.map((name) => [name, readResults<Dated>(name)] as const);
  const report: Report = Object.fromEntries(
    parts.filter((part): part is [(typeof PARTS)[number], Dated] => part[1] !== null),
  );
  writeFileSync(file("docs/benchmarks.md"), markdown(report));
  writeFileSync(file("build/bench.html"), page(report));
  console.log(format(goals(report)));
}

export function writeReport(name: (typeof PARTS)[number], part: Part): void {
  const now = { date: new Date().toISOString().slice(0, 10), machine: machine() };
  writeResults(name, merged(readResults<Dated>(name), part, now));
  writePages();
  console.log(`written: bench/results/${name}.json, build/bench.html, docs/benchmarks.md`);
}
