// A transcript as a file.

import { printerFor } from "../../../src/cli/printers.ts";
import type { FinalResult } from "../../../src/index.ts";

export const EXPORTS = {
  txt: "text/plain",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  json: "application/json",
} as const;
export type ExportKind = keyof typeof EXPORTS;

/** The file's text. JSON is one document; the others are as `foldvox transcribe` writes them. */
export function exportText(kind: ExportKind, finals: readonly FinalResult[]): string {
  if (kind === "json") return `${JSON.stringify(finals, null, 2)}\n`;
  const printer = printerFor(kind);
  return printer.header + finals.map((final) => printer.final(final)).join("") + printer.end();
}

/** Saves a file, as the browser saves downloads. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by the next turn; browsers keep the blob for it.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
