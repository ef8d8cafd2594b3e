// The line at the bottom of a terminal: what is being said, and how far a long file is. Silent where there is no terminal.

/** Files shorter than this are done before a progress line could be read. */
const LONG_SECONDS = 30;

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
    const line = progress + (partial.length > room ? `…${partial.slice(1 - room)}` : partial);
    if (line === this.shown) return;
    process.stderr.write(`\r\x1b[K${line}`);
    this.shown = line;
  }

  clear(): void {
    if (this.shown !== "") process.stderr.write("\r\x1b[K");
    this.shown = "";
  }
}
