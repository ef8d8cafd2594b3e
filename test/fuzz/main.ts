// npm run fuzz: as many cases as wanted, in a worker that a watchdog can stop.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { runCases, SEQUENCES, TARGETS } from "./cases.ts";
import { READERS } from "./readers.ts";

/** No single case takes this long. */
const HANG_MS = 60_000;
const BATCH = 500;

interface Plan {
  readonly cases: number;
  readonly sequences: number;
  readonly seed: number;
  readonly first: number;
  readonly only?: string;
}

interface Job {
  readonly name: string;
  readonly cases: number;
}

function jobsOf({ cases, sequences, only }: Plan): Job[] {
  if (only) return [{ name: only, cases }];
  const shares = READERS.reduce((total, { share }) => total + share, 0);
  const readers = READERS.map(({ name, share }) => ({ name, cases: Math.round((cases * share) / shares) }));
  return [...readers, { name: SEQUENCES.name, cases: sequences }].filter((job) => job.cases > 0);
}

/** Runs in the worker: tells after each batch, and in `progress` which case is running. */
async function work(job: Job, { seed, first }: Plan, progress: Int32Array): Promise<void> {
  const target = TARGETS.find(({ name }) => name === job.name)!;
  let accepted = 0;
  for (let done = 0; done < job.cases; done += BATCH) {
    const count = Math.min(BATCH, job.cases - done);
    const tally = await runCases(target, seed, first + done, count, (index) => Atomics.store(progress, 0, index));
    accepted += tally.accepted;
    parentPort!.postMessage({ done: done + count, accepted });
  }
}

/** Runs a job to its end; rejects with its finding, or when a case does not end. */
function run(job: Job, plan: Plan): Promise<void> {
  const progress = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { job, plan, progress },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let last = -1;
    const watchdog = setInterval(() => {
      if (progress[0] === last) {
        void worker.terminate();
        reject(new Error(`${job.name}: case ${last} does not end within ${HANG_MS / 1000} s`));
      }
      last = progress[0]!;
    }, HANG_MS);
    worker.on("message", ({ done, accepted }: { done: number; accepted: number }) => {
      if (done < job.cases) return;
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(`${job.name}: ${done} cases, ${accepted} taken, the others refused; ${seconds} s`);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      clearInterval(watchdog);
      if (code === 0) resolve();
      else reject(new Error(`${job.name}: the worker ended with ${code} around case ${progress[0]}`));
    });
  });
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("not a whole number");
}

async function main(): Promise<void> {
  const program = new Command("npm run fuzz --")
    .description("Damages what foldvox reads, and calls its API in any order; stops at the first finding.")
    .option("--cases <n>", "damaged inputs, over all readers", whole, 100_000)
    .option("--sequences <n>", "sequences of API calls", whole, 10_000)
    .option("--seed <n>", "of all random choices", whole, 1)
    .option("--first <n>", "number of the first case of each reader", whole, 0)
    .option("--only <name>", `one of ${TARGETS.map(({ name }) => name).join(", ")}`)
    .parse();
  const plan = program.opts<Plan>();
  if (plan.only && !TARGETS.some(({ name }) => name === plan.only)) program.error(`there is no ${plan.only}`);
  for (const job of jobsOf(plan)) await run(job, plan);
}

if (isMainThread) {
  await main().catch((error: Error) => {
    console.error(error.stack, error.cause ?? "");
    process.exitCode = 1;
  });
} else {
  await work(workerData.job, workerData.plan, workerData.progress);
}
