// foldvox queue: how many jobs wait, which are dead and why, and another try for those.

import { openQueue } from "./bullmq.ts";

/** Dead jobs that are read at once. */
const PAGE = 1000;

export const QUEUE_ACTIONS = ["status", "dead", "retry"] as const;

export async function inspectQueue(action: (typeof QUEUE_ACTIONS)[number], flags: { queue: string }): Promise<void> {
  const { queue, close } = await openQueue(flags.queue);
  const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
  try {
    if (action === "status") {
      const { waiting, active, delayed, completed, failed } = await queue.getJobCounts();
      say({ waiting, active, delayed, completed, dead: failed, workers: (await queue.getWorkers()).length });
    } else if (action === "dead") {
      for (let start = 0; ; start += PAGE) {
        const jobs = await queue.getFailed(start, start + PAGE - 1);
        for (const { data, attemptsMade, failedReason, finishedOn } of jobs) {
          const at = finishedOn === undefined ? null : new Date(finishedOn).toISOString();
          say({ input: data.input, output: data.output, attempts: attemptsMade, at, reason: failedReason });
        }
        if (jobs.length < PAGE) break;
      }
    } else {
      const dead = await queue.getFailedCount();
      await queue.retryJobs({ state: "failed" });
      process.stderr.write(`${dead} jobs are tried again\n`);
    }
  } finally {
    await close();
  }
}
