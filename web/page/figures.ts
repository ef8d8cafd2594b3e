// Live figures of a run: real-time factor, latency, audio heard.

import type { StreamProgress } from "../../src/worker/worker-recognizer.ts";
import { element } from "./elements.ts";

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export class Figures {
  private readonly rtf = element("rtf");
  private readonly rtfNote = element("rtf-note");
  private readonly latency = element("latency");
  private readonly latencyNote = element("latency-note");
  private readonly audio = element("audio");
  private latencies: number[] = [];

  /** A new run; without real time, as for a file read at full speed, there is no latency to tell. */
  start(realTime: boolean): void {
    this.latencies = [];
    this.latency.textContent = "–";
    this.latencyNote.textContent = realTime ? "median after each word" : "not in real time";
  }

  progress({ audioSeconds, computeSeconds }: StreamProgress): void {
    this.audio.textContent = audioSeconds.toFixed(1);
    if (computeSeconds === 0) return;
    this.rtf.textContent = (computeSeconds / audioSeconds).toFixed(3);
    this.rtfNote.textContent = `${Math.round(audioSeconds / computeSeconds)} × real time`;
  }

  /** Milliseconds between a word's end and its being on the screen. */
  wordShown(latencyMs: number): void {
    this.latencies.push(latencyMs);
    this.latency.textContent = `${Math.round(median(this.latencies))} ms`;
  }
}
