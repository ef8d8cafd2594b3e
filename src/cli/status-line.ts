// The line at the bottom of a terminal: what is being said, and how far a long file is. Silent where there is no terminal.

import type { LoadProgress } from "../loading/load-arena.ts";

/** Files shorter than this are done before a progress line could be read. */
const LONG_SECONDS = 30;

const BAR = 16;

const bar = (share: number) => {
  const full = Math.round(BAR * Math.min(1, share));
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
};

export class StatusLine {
  private readonly terminal = process.stderr.isTTY === true;
  private shown = "";

  show(partial: string, doneSeconds: number, totalSeconds: number | null, computeSeconds: number): void {
    if (!this.terminal) return;
    let progress = "";
    if (totalSeconds !== null && totalSeconds >= LONG_SECONDS) {
      const percent = Math.min(100, Math.floor((100 * doneSeconds) / totalSeconds));
      progress = `[${percent} % of ${Math.round(totalSeconds)} s, ${(doneSeconds / Math.max(computeSeconds, 1e-6)).toFixed(0)}x] `;
    }
    const room = (process.stderr.columns ?? 80) - 1 - progress.length;
    // The newest words matter most.
    this.write(progress + (partial.length > room ? `…${partial.slice(1 - room)}` : partial));
  }

  /** How much of a model has arrived. */
  download({ loadedBytes, totalBytes }: LoadProgress): void {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    if (totalBytes === null) this.write(`model: ${megabytes(loadedBytes)} MB`);
    else this.write(`model: ${bar(loadedBytes / totalBytes)} ${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB`);
  }

  /** How far a list of files is. */
  batch(done: number, total: number, failed: number, audioSeconds: number, wallSeconds: number): void {
    const speed = `${(audioSeconds / 3600).toFixed(2)} h of audio at ${(audioSeconds / Math.max(wallSeconds, 1e-6)).toFixed(0)}x`;
    const failures = failed > 0 ? `, ${failed} failed` : "";
    this.write(`${bar(done / total)} ${done} of ${total} files, ${speed}${failures}`);
  }

  private write(line: string): void {
    if (!this.terminal) return;
    const cut = line.slice(0, (process.stderr.columns ?? 80) - 1);
    if (cut === this.shown) return;
    process.stderr.write(`\r\x1b[K${cut}`);
    this.shown = cut;
  }

  clear(): void {
    if (this.shown !== "") process.stderr.write("\r\x1b[K");
    this.shown = "";
  }
}
