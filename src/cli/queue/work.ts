// foldvox work: takes jobs from a queue until it is told to end. Any worker may be killed at any time: its job goes to another
// when its lease has run out, and a result is written whole or not at all.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "bullmq";
import type { FinalResult } from "../../decode/text/results.ts";
import { FoldvoxError } from "../../errors.ts";
import { BatchThread } from "../batch-thread.ts";
import { type DecodingFlags, streamOptions } from "../decoding-flags.ts";
import { openRecognizer } from "../files.ts";
import { Log } from "../log.ts";
import { connectTo, type JobData, type JobOutcome, loadBullmq, QUEUE_NAME } from "./bullmq.ts";
import { FinalFailure, fetchInput, isThere, writeOnce } from "./places.ts";
import { besideDocument, formOf, resultDocument } from "./result.ts";

export interface WorkFlags extends DecodingFlags {
  model?: string;
  queue: string;
  threads?: number;
  lease: number;
}

/** How often a job's worker may vanish before the job is to blame. */
const MOST_VANISHED = 10;

const FOLDER = "foldvox-job-";

/** Removes what workers on this machine have left behind that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1]);
    if (!pid || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Does jobs, each by a thread that is free. */
class JobRunner {
  private readonly idle: BatchThread[];
  private readonly modelSha256: string;

  constructor(threads: readonly BatchThread[], modelSha256: string) {
    this.idle = [...threads];
    this.modelSha256 = modelSha256;
  }

  /** Errors: FinalFailure where trying again is of no use. */
  async run({ input, output, forms, overwrite }: JobData, onProgress: (seconds: number) => void): Promise<JobOutcome> {
    const { modelSha256 } = this;
    if (!overwrite && (await isThere(output))) return { outcome: "already-there", audioSeconds: 0, modelSha256 };
    const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
    try {
      const path = await fetchInput(input, join(folder, "audio"));
      const { audioSeconds, utterances } = await this.transcribe(path, join(folder, "finals"), onProgress);
      // The document comes last: where it is, all is.
      for (const form of forms) await writeOnce(besideDocument(output, form), formOf(form, utterances), true);
      const document = resultDocument(input, audioSeconds, modelSha256, utterances);
      const isWritten = await writeOnce(output, `${JSON.stringify(document, null, 1)}\n`, overwrite);
      return { outcome: isWritten ? "written" : "already-there", audioSeconds, modelSha256 };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async transcribe(path: string, finals: string, onProgress: (seconds: number) => void) {
    const thread = this.idle.pop()!;
    const reply = await thread.run({ input: path, output: finals }, onProgress);
    this.idle.push(thread);
    if ("problem" in reply) throw reply.isFinal ? new FinalFailure(reply.problem) : new Error(reply.problem);
    const lines = (await readFile(finals, "utf8")).split("\n").filter((line) => line !== "");
    return { audioSeconds: reply.audioSeconds, utterances: lines.map((line) => JSON.parse(line) as FinalResult) };
  }
}

export async function work(flags: WorkFlags): Promise<void> {
  const log = new Log();
  const { Worker, UnrecoverableError } = await loadBullmq();
  const options = await streamOptions(flags);
  // What is wrong with the model is said before a job is taken.
  const recognizer = await openRecognizer(flags.model, options);
  const modelSha256 = recognizer.header.sha256;
  recognizer.free();
  await removeLeftovers();
  const count = flags.threads ?? availableParallelism();
  const setup = { task: "batch", model: flags.model, options, format: "json" } as const;
  const threads = Array.from({ length: count }, () => new BatchThread(setup));
  const runner = new JobRunner(threads, modelSha256);
  const connection = await connectTo(flags.queue, true);

  const run = async (job: Job<JobData, JobOutcome>): Promise<JobOutcome> => {
    try {
      return await runner.run(job.data, (audioSeconds) => {
        // Progress that is lost is no loss.
        job.updateProgress({ audioSeconds }).catch(() => {});
      });
    } catch (error) {
      if (error instanceof FinalFailure) throw new UnrecoverableError(error.message);
      if (error instanceof FoldvoxError) throw new Error(`${error.message} (${error.code})`, { cause: error });
      throw error;
    }
  };
  const worker = new Worker<JobData, JobOutcome>(QUEUE_NAME, run, {
    connection,
    concurrency: count,
    lockDuration: flags.lease * 1000,
    stalledInterval: flags.lease * 1000,
    maxStalledCount: MOST_VANISHED,
  });
  worker.on("completed", ({ data }, { outcome, audioSeconds }) =>
    log.info("job", { input: data.input, outcome, audioSeconds: Math.round(audioSeconds * 1000) / 1000 }),
  );
  worker.on("failed", (job, error) => {
    const { attemptsMade = 0, opts } = job ?? {};
    const isLast = error.name === "UnrecoverableError" || attemptsMade >= (opts?.attempts ?? 1);
    const fields = { input: job?.data.input ?? null, attempt: attemptsMade, problem: error.message };
    if (isLast) log.error("dead", fields);
    else log.warn("retry", fields);
  });
  worker.on("stalled", (id) => log.warn("taken-over", { job: id }));
  worker.on("error", (error) => log.warn("queue", { problem: error.message }));
  log.info("working", { threads: count, model: modelSha256 });

  await new Promise<void>((resolve) => {
    let isEnding = false;
    const end = (signal: string) => {
      if (isEnding) process.exit(1);
      isEnding = true;
      log.info("ending", { signal });
      // Jobs that have been begun are finished.
      worker.close().then(resolve, resolve);
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
  connection.disconnect();
  await Promise.all(threads.map((thread) => thread.end()));
  log.info("ended");
}
