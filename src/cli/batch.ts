// Many files by several threads. A file that fails is reported and passed over; what an earlier run has done stays.

import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { StreamOptions } from "../recognizer/stream-options.ts";
import { findJobs, isDone, type Job } from "./batch-files.ts";
import { BatchThread } from "./batch-thread.ts";
import type { TranscriptSetup } from "./batch-worker.ts";
import { openRecognizer } from "./files.ts";
import { makeFolder } from "./folders.ts";
import { OUTPUT_FORMATS } from "./printers.ts";
import { StatusLine } from "./status-line.ts";

export interface BatchOptions {
  readonly model: string | undefined;
  readonly list: string | undefined;
  readonly out: string | undefined;
  readonly threads: number | undefined;
  readonly overwrite: boolean;
  readonly transcript: TranscriptSetup;
  readonly quiet: boolean;
  readonly printProgress: boolean;
}

/** How much of the work is done, by the files' bytes: their lengths are not known before they are read. */
class Progress {
  files = 0;
  failed = 0;
  audioSeconds = 0;
  private readonly startedAt = performance.now();
  private readonly sizes: ReadonlyMap<Job, number>;
  private readonly shares = new Map<Job, number>();

  constructor(sizes: ReadonlyMap<Job, number>) {
    this.sizes = sizes;
  }

  set(job: Job, share: number): void {
    this.shares.set(job, share);
  }

  get wallSeconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** 0 ... 1. */
  get share(): number {
    let [done, total] = [0, 0];
    for (const [job, bytes] of this.sizes) {
      total += bytes;
      done += bytes * (this.shares.get(job) ?? 0);
    }
    return total === 0 ? 1 : done / total;
  }

  /** Null before anything can be said. */
  get secondsLeft(): number | null {
    const { share } = this;
    return share === 0 ? null : (this.wallSeconds * (1 - share)) / share;
  }
}

/** Transcribes files, folders and lists; returns whether all went well. Errors: those of the model, the options, the list. */
export async function transcribeBatch(
  paths: readonly string[],
  options: StreamOptions,
  batch: BatchOptions,
): Promise<boolean> {
  const { model, transcript, quiet } = batch;
  const { jobs, passedOver } = await findJobs(paths, batch.list, batch.out, OUTPUT_FORMATS[transcript.format]);
  for (const file of passedOver) process.stderr.write(`passed over ${file}\n`);
  if (jobs.length === 0) {
    process.stderr.write("There is no WAV, FLAC, MP3, Ogg Opus or Ogg Vorbis file.\n");
    return false;
  }
  // What is wrong with model, options or folder is said once, not for every file; a download is made once.
  (await openRecognizer(model, options)).free();
  if (batch.out !== undefined) await makeFolder(batch.out);
  const waiting: Job[] = [];
  for (const job of jobs) if (batch.overwrite || !(await isDone(job))) waiting.push(job);
  const alreadyThere = jobs.length - waiting.length;
  const sizes = new Map<Job, number>();
  for (const job of waiting) {
    sizes.set(job, (await stat(job.input).catch(() => null))?.size ?? 0);
  }
  const status = new StatusLine({ quiet, printsProgress: batch.printProgress });
  const progress = new Progress(sizes);
  const show = () => status.batch({ ...progressOf(progress), done: alreadyThere + progress.files, total: jobs.length });

  const queue = [...waiting];
  const work = async () => {
    const thread = new BatchThread({ task: "batch", model, options, ...transcript });
    for (let job = queue.shift(); job; job = queue.shift()) {
      const current = job;
      const reply = await thread.run(job, (seconds, ofSeconds) => {
        if (ofSeconds !== null) progress.set(current, seconds / ofSeconds);
        show();
      });
      progress.set(job, 1);
      progress.files++;
      const problem = "problem" in reply ? reply.problem : reply.warning;
      if (problem !== null) {
        status.clear();
        process.stderr.write(problem.startsWith(job.input) ? `${problem}\n` : `${job.input}: ${problem}\n`);
      }
      if ("problem" in reply) progress.failed++;
      else progress.audioSeconds += reply.audioSeconds;
      show();
    }
    await thread.end();
  };
  show();
  const threads = Math.min(batch.threads ?? availableParallelism(), Math.max(1, waiting.length));
  await Promise.all(Array.from({ length: threads }, work));
  status.clear();
  const { failed, audioSeconds, wallSeconds } = progress;
  if (quiet) return failed === 0;
  const speed = `${audioSeconds.toFixed(1)} s of audio in ${wallSeconds.toFixed(1)} s by ${threads} threads`;
  const done = progress.files - failed;
  process.stderr.write(`${done} transcribed, ${alreadyThere} already there, ${failed} failed: ${speed}\n`);
  if (alreadyThere > 0) {
    process.stderr.write(
      "Files that were there were left as they are, whatever made them; --overwrite replaces them.\n",
    );
  }
  return failed === 0;
}

function progressOf({ failed, audioSeconds, wallSeconds, share, secondsLeft }: Progress) {
  return { failed, audioSeconds, wallSeconds, share, secondsLeft };
}
