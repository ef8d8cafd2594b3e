// What a run leaves behind: build/bench.json holds the latest results of every part, and the page and the document are made of it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { machine } from "../machine.ts";
import { format } from "../table.ts";
import { goals } from "./goals.ts";
import { markdown } from "./markdown.ts";
import { page } from "./page.ts";
import type { Part, Report } from "./report.ts";

const file = (path: string) => new URL(`../${path}`, import.meta.url);

export function writeReport(name: "ours" | "peers" | "dictation", part: Part): void {
  const path = file("build/bench.json");
  const before: Report = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  // A run of some suites or models leaves the tables of the others.
  const fresh = new Set(part.tables.map(({ title }) => title));
  const last = before[name];
  const kept = last?.tables.filter(({ title }) => !fresh.has(title)) ?? [];
  const old = kept.map((table) => ({ measured: `${last!.date}, on ${last!.machine}`, ...table }));
  const now = { date: new Date().toISOString().slice(0, 10), machine: machine() };
  const report: Report = { ...before, [name]: { ...part, tables: [...old, ...part.tables], ...now } };
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(file("docs/benchmarks.md"), markdown(report));
  writeFileSync(file("build/bench.html"), page(report));
  console.log(format(goals(report)));
  console.log("written: build/bench.json, build/bench.html, docs/benchmarks.md");
}
