// bench/results/: what the latest run of every bench measured, where and when. It is committed, and the documents are made of it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Benches run as scripts in build/.
const file = (name: string) => fileURLToPath(new URL(`../bench/results/${name}.json`, import.meta.url));

/** The results of that name, or null if it was never run. */
export function readResults<T>(name: string): T | null {
  return existsSync(file(name)) ? (JSON.parse(readFileSync(file(name), "utf8")) as T) : null;
}

/** Lists of numbers and texts, such as rows of tables, stand on a line each. */
export function resultsText(results: unknown): string {
  const text = JSON.stringify(results, null, 2);
  return `${text.replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items: string) => `[${items.replace(/\n\s+/g, " ")}]`)}\n`;
}

export function writeResults(name: string, results: unknown): void {
  writeFileSync(file(name), resultsText(results));
}
