// The tables of docs/scale.md, of what npm run bench:serve measured.

import { readFileSync, writeFileSync } from "node:fs";
import type { Cell } from "../table.ts";
import { readResults, writeResults } from "./results.ts";

/** A server with so many clients in real time. */
export interface Load {
  readonly model: string;
  /** The grammar's file, if it had one. */
  readonly grammar: string | null;
  readonly streams: number;
  /** How long it lasted. */
  readonly seconds: number;
  readonly date: string;
  readonly machine: string;
  /** From the end of a word, as the lone client hears it, to the first answer that holds it: median and 99th percentile. */
  readonly wordMs: readonly [number, number];
  /** The 99th percentile beyond that of the run's first load. */
  readonly beyondAloneMs: number;
  /** From sending a piece to its answer: the 99th percentile. */
  readonly answerMs: number;
  /** The server's processor time for a second of audio. */
  readonly msPerSecond: number;
  /** The server's resident set, at even times through the run. */
  readonly residentMiB: readonly number[];
  readonly conversations: number;
  /** Conversations that did not get the lone client's words. */
  readonly wrong: number;
}

export const SCALE_COLUMNS = [
  ...["model", "streams", "minutes", "word p50, ms", "word p99, ms", "p99 beyond alone, ms", "answer p99, ms"],
  ...["server, ms a second of audio", "cores in full swing", "resident, MiB", "conversations, wrong"],
];

const called = ({ model, grammar }: Load) => (grammar === null ? model : `${model}, ${grammar}`);

export function scaleRow(load: Load): string[] {
  return [
    ...[called(load), String(load.streams), (load.seconds / 60).toFixed(1)],
    ...[...load.wordMs, load.beyondAloneMs].map((ms) => ms.toFixed(0)),
    ...[load.answerMs.toFixed(1), load.msPerSecond.toFixed(2), ((load.msPerSecond * load.streams) / 1000).toFixed(2)],
    ...[load.residentMiB.at(-1)!.toFixed(0), `${load.conversations}, ${load.wrong}`],
  ];
}

/** Share of a core that streams may take, so there is room to spare. */
const BUSY = 0.7;

/** What a second of audio costs in the largest load of each model. */
function costs(loads: readonly Load[]): { columns: string[]; rows: Cell[][] } {
  const largest = new Map<string, Load>();
  for (const load of loads) {
    const known = largest.get(called(load));
    if (!known || load.streams >= known.streams) largest.set(called(load), load);
  }
  const each = (title: string, value: (ms: number) => string) => [
    title,
    ...Array.from(largest.values(), ({ msPerSecond }) => value(msPerSecond)),
  ];
  return {
    columns: ["", ...largest.keys()],
    rows: [
      each("processor, ms a second of audio", (ms) => ms.toFixed(2)),
      each(`streams a core at ${100 * BUSY} % of it`, (ms) => ((1000 * BUSY) / ms).toFixed(0)),
      each(`1,000 lines at once: cores at ${100 * BUSY} %`, (ms) => (ms / BUSY).toFixed(1)),
      each("a day of them: core hours", (ms) => (24 * ms).toFixed(0)),
    ],
  };
}

function markdown(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** Which of them was measured when and where. */
function origins(loads: readonly Load[]): string {
  const models = new Map<string, Set<string>>();
  for (const load of loads) {
    const origin = `${load.date}, on ${load.machine}`;
    models.set(origin, (models.get(origin) ?? new Set()).add(called(load)));
  }
  return Array.from(models, ([origin, names]) => `${[...names].join(", ")}: ${origin}.`).join("\n");
}

/** The page with new text between a pair of comments. */
function replaced(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name}: written by npm run bench:serve -->\n`, `\n<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/scale.md has no place for ${name}`);
  return page.slice(0, from + start.length) + text + page.slice(to);
}

/** docs/scale.md with the tables of these loads. */
export function scalePage(page: string, loads: readonly Load[]): string {
  const measured = `${origins(loads)}\n\n${markdown(SCALE_COLUMNS, loads.map(scaleRow))}`;
  const { columns, rows } = costs(loads);
  return replaced(replaced(page, "loads", measured), "costs", markdown(columns, rows));
}

/** Writes the tables of docs/scale.md of bench/results/serve.json. */
export function writeScale(): void {
  const path = new URL("../docs/scale.md", import.meta.url);
  writeFileSync(path, scalePage(readFileSync(path, "utf8"), readResults<Load[]>("serve") ?? []));
}

/** The loads with a run's in the place of earlier ones of the same model, grammar and number of streams. */
export function withLoads(before: readonly Load[], made: readonly Load[]): Load[] {
  const key = (load: Load) => `${called(load)} ${load.streams}`;
  const fresh = new Map(made.map((load) => [key(load), load]));
  const kept = before.map((load) => fresh.get(key(load)) ?? load);
  const all = [...kept, ...made.filter((load) => !before.some((old) => key(old) === key(load)))];
  const models = [...new Set(all.map(called))];
  return all.sort((a, b) => models.indexOf(called(a)) - models.indexOf(called(b)) || a.streams - b.streams);
}

/** Adds a run's loads to bench/results/serve.json and writes docs/scale.md. */
export function writeLoads(made: readonly Load[]): void {
  writeResults("serve", withLoads(readResults<Load[]>("serve") ?? [], made));
  writeScale();
  console.log("written: bench/results/serve.json, docs/scale.md");
}
