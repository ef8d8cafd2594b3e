// Which of the command's threads this is: all of them run the command's own file.

import { workerData } from "node:worker_threads";
import { type BatchSetup, serveBatch } from "./batch-worker.ts";
import type { RecognitionSetup } from "./serve/messages.ts";
import { serveRecognition } from "./serve/recognition-thread.ts";

/** Does what the thread was started for, until its port is closed. */
export function runThread(): Promise<void> {
  const { task } = workerData as BatchSetup | RecognitionSetup;
  return task === "serve" ? serveRecognition() : serveBatch();
}
