// The line at the bottom of a terminal: what is being said, and how far a long file is. Where there is no terminal it is silent,
// or prints a line for every tenth part, if it is asked to.

import type { LoadProgress } from "../loading/load-arena.ts";
import { printable } from "./printable.ts";

/** Files shorter than this are done before a progress line could be read. */
const LONG_SECONDS = 30;

const BAR = 16;

const bar = (share: number) => {
  const full = Math.round(BAR * Math.min(1, share));
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
};

/** A time span for people: 1:02:03, 2:03, or 3 s. */
function span(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const minutes = `${Math.floor(whole / 60) % 60}`;
  return whole < 3600
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(whole / 3600)}:${two((whole / 60) % 60)}:${two(whole % 60)}`;
}

export interface StatusOptions {
  /** Nothing at all. */
  readonly quiet?: boolean;
  /** Lines of progress, terminal or not. */
  readonly printsProgress?: boolean;
}

/** How far a batch is. */
export interface BatchStatus {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly audioSeconds: number;
  readonly wallSeconds: number;
  /** 0 ... 1. */
  readonly share: number;
  readonly secondsLeft: number | null;
}

export class StatusLine {
  private readonly showsLine: boolean;
  private readonly printsProgress: boolean;
  private shown = "";
  /** Percent that were printed last. */
  private printed = 0;

  constructor({ quiet = false, printsProgress = false }: StatusOptions = {}) {
    this.showsLine = process.stderr.isTTY === true && !quiet;
    this.printsProgress = printsProgress;
  }

  show(text: string, doneSeconds: number, totalSeconds: number | null, computeSeconds: number): void {
    if (totalSeconds !== null) this.print(doneSeconds / totalSeconds);
    if (!this.showsLine) return;
    const partial = printable(text);
    let progress = "";
    if (totalSeconds !== null && totalSeconds >= LONG_SECONDS) {
      const percent = Math.min(100, Math.floor((100 * doneSeconds) / totalSeconds));
      const speed = doneSeconds / Math.max(computeSeconds, 1e-6);
      const left = span((totalSeconds - doneSeconds) / Math.max(speed, 1e-6));
      progress = `[${percent} % of ${Math.round(totalSeconds)} s, ${speed.toFixed(0)}x, ${left} left] `;
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
  batch({ done, total, failed, audioSeconds, wallSeconds, share, secondsLeft }: BatchStatus): void {
    this.print(share);
    const speed = `${(audioSeconds / 3600).toFixed(2)} h of audio at ${(audioSeconds / Math.max(wallSeconds, 1e-6)).toFixed(0)}x`;
    const failures = failed > 0 ? `, ${failed} failed` : "";
    const left = secondsLeft === null ? "" : `, ${span(secondsLeft)} left`;
    this.write(`${bar(share)} ${done} of ${total} files, ${speed}${failures}${left}`);
  }

  /** A line for every ten percent, as whisper.cpp prints them. */
  private print(share: number): void {
    const percent = 10 * Math.floor(10 * Math.min(1, share) + 1e-9);
    if (!this.printsProgress || percent <= this.printed) return;
    this.clear();
    process.stderr.write(`progress = ${percent} %\n`);
    this.printed = percent;
  }

  private write(line: string): void {
    if (!this.showsLine) return;
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
