// The memory report for people.

import type { MemoryReport } from "../engine/memory-report.ts";

const grouped = (bytes: number) => bytes.toLocaleString("en-US").padStart(14);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** A line a region, then totals. */
export function memoryTable(report: MemoryReport): string {
  const lines = report.regions.map(({ name, bytes }) => `  ${name.padEnd(16)}${grouped(bytes)}`);
  const { lexiconBytes, ngramsBytes, wordsBytes, searchBytes } = report;
  const others = [
    ["lexicon", lexiconBytes] as const,
    ["language model", ngramsBytes] as const,
    ["tree of words", wordsBytes] as const,
    ["search", searchBytes] as const,
  ];
  const beside = others.filter(([, bytes]) => bytes > 0);
  const peak = process.resourceUsage().maxRSS * 1024;
  return [
    "memory in bytes",
    ...lines,
    `  ${"arena".padEnd(16)}${grouped(report.arenaBytes)}  = the WebAssembly memory (${grouped(report.memoryBytes).trim()}), fixed from load to free`,
    ...beside.map(([name, bytes]) => `  ${name.padEnd(16)}${grouped(bytes)}  beside the arena`),
    `  scratch really written: ${grouped(report.scratchHighWater).trim()}`,
    `  JavaScript heap ${megabytes(report.heapBytes ?? 0)}, process resident ${megabytes(report.residentBytes ?? 0)}, its peak ${megabytes(peak)}`,
    "",
  ].join("\n");
}
