// BullMQ and its connection: libraries that only those who work through a queue install.

import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { FoldvoxError } from "../../errors.ts";

/** The queue's name in the store: one store may hold others. */
export const QUEUE_NAME = "foldvox";

/** What a job says; paths are absolute. */
export interface JobData {
  /** Path, http(s) URL, or s3://bucket/key. */
  readonly input: string;
  /** Path or s3://bucket/key of the result. */
  readonly output: string;
  /** Subtitles or text to be written beside the result. */
  readonly forms: readonly Form[];
  /** Whether a result that is there is replaced. */
  readonly overwrite: boolean;
}

export type Form = "txt" | "srt" | "vtt";

/** What a job that is done says. */
export interface JobOutcome {
  /** Whether this attempt wrote the result, or found it. */
  readonly outcome: "written" | "already-there";
  readonly audioSeconds: number;
  /** Of the model that this worker has. */
  readonly modelSha256: string;
}

export type JobQueue = Queue<JobData, JobOutcome>;

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new FoldvoxError(
      "unsupported",
      "A queue needs libraries that are not installed: npm install bullmq ioredis",
      { cause },
    );
  }
}

export const loadBullmq = () => installed(() => import("bullmq"));

/**
 * A connection to the store at redis:// or rediss://. A worker's waits for a store that is away; a command's gives up.
 * Errors: bad-argument, unsupported, io.
 */
export async function connectTo(url: string, waits: boolean): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url)) {
    throw new FoldvoxError("bad-argument", `The queue is ${JSON.stringify(url)}; give redis://HOST:PORT or rediss://.`);
  }
  const { Redis } = await installed(() => import("ioredis"));
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  // Told by whoever uses the connection; without a listener it would end the process.
  redis.on("error", () => {});
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    redis.disconnect();
    const reason = (cause as Error).message || "nobody answers";
    throw new FoldvoxError("io", `The queue at ${withoutPassword(url)} cannot be reached: ${reason}.`, { cause });
  }
  if (!waits) redis.options.retryStrategy = () => null;
  return redis;
}

const withoutPassword = (url: string) => url.replace(/\/\/[^/@]*@/, "//");

/** How a job is tried: again after a while that doubles, and kept when it has failed for good. */
export function jobOptions(id: string, attempts: number): JobsOptions {
  return {
    jobId: id,
    attempts,
    backoff: { type: "exponential", delay: 2000, jitter: 0.5 },
    removeOnComplete: { age: 86400, count: 10_000 },
    removeOnFail: false,
  };
}

/** The queue, for a command that ends soon. Errors: those of connectTo. */
export async function openQueue(url: string): Promise<{ queue: JobQueue; close(): Promise<void> }> {
  const { Queue } = await loadBullmq();
  const connection = await connectTo(url, false);
  const queue: JobQueue = new Queue(QUEUE_NAME, { connection });
  queue.on("error", () => {});
  return {
    queue,
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
}
