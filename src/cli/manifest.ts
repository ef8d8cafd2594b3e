// The manifest of an evaluation: a tab-separated table, one utterance a row.

import { dirname, resolve } from "node:path";
import { FoldvoxError } from "../errors.ts";
import { readWhole } from "./files.ts";

export interface ManifestRow {
  /** Absolute path of the WAV file. */
  readonly path: string;
  /** First sample and number of samples; null for the whole file. */
  readonly span: { readonly start: number; readonly samples: number } | null;
  /** Reference, normalised; null where no word of the model's is spoken. */
  readonly text: string | null;
  readonly speaker: string;
  /** Words with the seconds at which they end, and at which they begin, where known. */
  readonly words: readonly { readonly word: string; readonly begin: number | null; readonly end: number }[];
}

/** Lower case, no punctuation, single spaces: both sides of every comparison pass through here. */
export function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function wholeNumber(text: string, where: string): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < 0) {
    throw new FoldvoxError("bad-argument", `${where} is "${text}", not a whole number of samples.`);
  }
  return value;
}

function readWords(text: string, where: string): ManifestRow["words"] {
  if (text === "") return [];
  return text.split(" ").map((item) => {
    const at = item.lastIndexOf("@");
    const [, first, last] = /^([\d.]+)(?:-([\d.]+))?$/.exec(item.slice(at + 1)) ?? [];
    const [begin, end] = last === undefined ? [null, Number(first)] : [Number(first), Number(last)];
    if (at < 1 || !Number.isFinite(end) || Number.isNaN(begin) || (begin !== null && begin > end)) {
      throw new FoldvoxError("bad-argument", `${where}: "${item}" is neither word@end nor word@begin-end, in seconds.`);
    }
    return { word: normalise(item.slice(0, at)), begin, end };
  });
}

/** Reads a manifest. Errors: io, bad-argument, naming the line. */
export async function readManifest(path: string): Promise<ManifestRow[]> {
  const lines = new TextDecoder().decode(await readWhole(path)).split(/\r?\n/);
  const header = (lines[0] ?? "").split("\t");
  for (const column of ["path", "start", "samples", "text"]) {
    if (!header.includes(column))
      throw new FoldvoxError("bad-argument", `${path} lacks the column "${column}" in its header row.`);
  }
  const rows: ManifestRow[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line === "") return;
    const cells = line.split("\t");
    const cell = (column: string) => cells[header.indexOf(column)] ?? "";
    const where = `${path}, line ${i + 1}`;
    const whole = cell("start") === "" && cell("samples") === "";
    const start = whole ? 0 : wholeNumber(cell("start"), `${where}: start`);
    const span = whole ? null : { start, samples: wholeNumber(cell("samples"), `${where}: samples`) };
    const text = normalise(cell("text"));
    const words = readWords(cell("words"), where);
    rows.push({
      path: resolve(dirname(path), cell("path")),
      span,
      text: text === "" ? null : text,
      speaker: cell("speaker"),
      words,
    });
  });
  return rows;
}
