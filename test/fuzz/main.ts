// npm run fuzz: as many cases as wanted, in a worker that a watchdog can stop.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { runCases, SEQUENCES, TARGETS } from "./cases.ts";
import { READERS } from "./readers.ts";

/** No single case takes this long. */
const HANG_MS = 60_000;
const BATCH = 100;
/** Between two lines that say how far it is. */
const TELL_MS = 60_000;

interface Plan {
  readonly cases: number;
  readonly sequences: number;
  readonly seed: number;
  readonly first: number;
  readonly only?: string;
  readonly minutes: number;
}

interface Job {
  readonly name: string;
  readonly cases: number;
  /** Of its share of the time, after which it ends early. */
  readonly ms: number;
}

/** The time is shared as the readers' cases are; sequences get half of it. */
function jobsOf({ cases, sequences, only, minutes }: Plan): Job[] {
  const ms = 60_000 * minutes;
  if (only) return [{ name: only, cases, ms }];
  const shares = READERS.reduce((total, { share }) => total + share, 0);
  const readers = READERS.map(({ name, share }) => {
    const part = share / shares;
    return { name, cases: Math.round(cases * part), ms: (ms * part) / 2 };
  });
  return [...readers, { name: SEQUENCES.name, cases: sequences, ms: ms / 2 }].filter((job) => job.cases > 0);
}

interface Done {
  readonly done: number;
  readonly accepted: number;
}

/** Runs in the worker: tells after each batch, and in `progress` which case is running. */
async function work(job: Job, { seed, first }: Plan, progress: Int32Array): Promise<void> {
  const target = TARGETS.find(({ name }) => name === job.name)!;
  const end = performance.now() + job.ms;
  let accepted = 0;
  let done = 0;
  while (done < job.cases && performance.now() < end) {
    const count = Math.min(BATCH, job.cases - done);
    const tally = await runCases(target, seed, first + done, count, (index) => Atomics.store(progress, 0, index));
    accepted += tally.accepted;
    done += count;
    parentPort!.postMessage({ done, accepted } satisfies Done);
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
    let tally: Done = { done: 0, accepted: 0 };
    let toldAt = start;
    const tell = () => {
      toldAt = performance.now();
      const seconds = ((toldAt - start) / 1000).toFixed(0);
      console.log(`${job.name}: ${tally.done} cases, ${tally.accepted} taken, the others refused; ${seconds} s`);
    };
    worker.on("message", (latest: Done) => {
      tally = latest;
      if (performance.now() - toldAt > TELL_MS) tell();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      clearInterval(watchdog);
      if (code === 0) {
        tell();
        resolve();
      } else {
        reject(new Error(`${job.name}: the worker ended with ${code} around case ${progress[0]}`));
      }
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
    .option("--minutes <n>", "end early, after so long", whole, Number.POSITIVE_INFINITY)
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
