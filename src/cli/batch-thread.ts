// A thread of a batch, seen from the main thread.

import { Worker } from "node:worker_threads";
import type { Job } from "./batch-files.ts";
import type { BatchProgress, BatchReply, BatchSetup } from "./batch-worker.ts";

/** A thread that is started when first needed, and again after it has crashed. */
export class BatchThread {
  private readonly setup: BatchSetup;
  private worker: Worker | null = null;

  constructor(setup: BatchSetup) {
    this.setup = setup;
  }

  /** Does one job at a time; `onProgress` is told how many seconds of audio have been heard, of how many if that is known. Never rejects. */
  run(job: Job, onProgress: (audioSeconds: number, ofSeconds: number | null) => void = () => {}): Promise<BatchReply> {
    // The command is its own worker (main.ts).
    this.worker ??= new Worker(new URL(import.meta.url), { workerData: this.setup });
    const worker = this.worker;
    return new Promise((resolve) => {
      const settle = (reply: BatchReply) => {
        worker.off("message", told).off("error", failed).off("exit", ended);
        resolve(reply);
      };
      const told = (message: BatchReply | BatchProgress) => {
        if ("heardSeconds" in message) onProgress(message.heardSeconds, message.ofSeconds);
        else settle(message);
      };
      const crashed = (problem: string) => {
        this.worker = null;
        settle({ problem, isFinal: false });
      };
      const failed = (error: Error) => crashed(`the thread failed: ${error.message}`);
      const ended = (code: number) => crashed(`the thread ended with code ${code}`);
      worker.on("message", told).on("error", failed).on("exit", ended);
      worker.postMessage(job);
    });
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }
}
