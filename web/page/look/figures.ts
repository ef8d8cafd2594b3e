// Live figures of a run: latency word by word, computing step by step, and what stands at the top of the page.

import type { StreamProgress } from "../../../src/worker/worker-recognizer.ts";
import { element } from "../elements.ts";
import { Plot } from "./plot.ts";

/** Seconds of sound that a bar of the plot of computing stands for. */
const STEP_SECONDS = 0.1;
const NONE = "–";

export class Figures {
  private readonly speed = element("speed");
  private readonly latency = element("latency");
  private readonly latencyNow = element("latency-now");
  private readonly stepNow = element("step-now");
  private readonly latencies = new Plot(element("latency-plot"));
  private readonly steps = new Plot(element("step-plot"));
  /** Bytes that the page's own count does not know. */
  private others = 0;
  private last: StreamProgress = { audioSeconds: 0, computeSeconds: 0 };

  start(): void {
    this.latencies.clear();
    this.steps.clear();
    this.latencyNow.textContent = "";
    this.stepNow.textContent = "";
    this.last = { audioSeconds: 0, computeSeconds: 0 };
  }

  progress(progress: StreamProgress): void {
    const { audioSeconds, computeSeconds } = progress;
    const heard = audioSeconds - this.last.audioSeconds;
    if (heard < STEP_SECONDS || computeSeconds === 0) return;
    const milliseconds = ((computeSeconds - this.last.computeSeconds) / heard) * STEP_SECONDS * 1000;
    this.steps.add(milliseconds, (value) => `${value} ms`);
    this.stepNow.textContent = `${milliseconds.toFixed(1)} ms`;
    this.speed.textContent = `${Math.round(audioSeconds / computeSeconds)} ×`;
    this.last = progress;
  }

  /** Milliseconds between a word's end and its being on the screen. */
  wordShown(latencyMs: number): void {
    const median = Math.round(this.latencies.add(latencyMs, (value) => `${value} ms`));
    this.latencyNow.textContent = `${Math.round(latencyMs)} ms`;
    this.latency.textContent = `${median} ms`;
  }

  /** Bytes that the page has loaded, by the browser's own count, and when it was ready. */
  loaded(openedMs: number): void {
    element("opened").textContent = `${Math.round(openedMs)} ms`;
    this.transferred();
  }

  transferred(): void {
    // transferSize is 0 for what came from a cache: then it is told as what was not loaded.
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const bytes =
      entries.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0) + this.others;
    element("transferred").textContent = bytes === 0 ? NONE : size(bytes);
  }

  /** Bytes that a worker has loaded, which the page's own count does not know. */
  addTransferred(bytes: number): void {
    this.others += bytes;
    this.transferred();
  }
}

const size = (bytes: number) => (bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
