// Many files by several threads. A file that fails is reported and passed over; what an earlier run has done stays.

import { availableParallelism } from "node:os";
import type { StreamOptions } from "../recognizer/stream.ts";
import { findJobs, isDone, type Job } from "./batch-files.ts";
import { BatchThread } from "./batch-thread.ts";
import { openRecognizer } from "./files.ts";
import { OUTPUT_FORMATS, type OutputFormat } from "./printers.ts";
import { StatusLine } from "./status-line.ts";

export interface BatchOptions {
  readonly model: string | undefined;
  readonly list: string | undefined;
  readonly out: string | undefined;
  readonly threads: number | undefined;
  readonly overwrite: boolean;
  readonly format: OutputFormat;
}

/** Transcribes files, folders and lists; returns whether all went well. Errors: those of the model, the options, the list. */
export async function transcribeBatch(
  paths: readonly string[],
  options: StreamOptions,
  batch: BatchOptions,
): Promise<boolean> {
  const { model, format } = batch;
  const { jobs, passedOver } = await findJobs(paths, batch.list, batch.out, OUTPUT_FORMATS[format]);
  for (const file of passedOver) process.stderr.write(`passed over ${file}\n`);
  if (jobs.length === 0) {
    process.stderr.write("There is no WAV, FLAC, MP3, Ogg Opus or Ogg Vorbis file.\n");
    return false;
  }
  // What is wrong with model or options is said once, not for every file; a download is made once.
  (await openRecognizer(model, options)).free();
  const waiting: Job[] = [];
  for (const job of jobs) if (batch.overwrite || !(await isDone(job))) waiting.push(job);
  const alreadyThere = jobs.length - waiting.length;
  const status = new StatusLine();
  const startedAt = performance.now();
  const wallSeconds = () => (performance.now() - startedAt) / 1000;
  let audioSeconds = 0;
  let failed = 0;
  let done = 0;
  const show = () => status.batch(alreadyThere + done + failed, jobs.length, failed, audioSeconds, wallSeconds());

  const queue = [...waiting];
  const work = async () => {
    const thread = new BatchThread({ task: "batch", model, options, format });
    for (let job = queue.shift(); job; job = queue.shift()) {
      const reply = await thread.run(job);
      if ("problem" in reply) {
        failed++;
        status.clear();
        process.stderr.write(`${job.input}: ${reply.problem}\n`);
      } else {
        done++;
        audioSeconds += reply.audioSeconds;
      }
      show();
    }
    await thread.end();
  };
  show();
  const threads = Math.min(batch.threads ?? availableParallelism(), Math.max(1, waiting.length));
  await Promise.all(Array.from({ length: threads }, work));
  status.clear();
  const speed = `${audioSeconds.toFixed(1)} s of audio in ${wallSeconds().toFixed(1)} s by ${threads} threads`;
  process.stderr.write(`${done} transcribed, ${alreadyThere} already there, ${failed} failed: ${speed}\n`);
  if (alreadyThere > 0) {
    process.stderr.write(
      "Files that were there were left as they are, whatever made them; --overwrite replaces them.\n",
    );
  }
  return failed === 0;
}
