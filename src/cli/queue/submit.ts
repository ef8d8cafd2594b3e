// foldvox submit: makes jobs of files, folders, lists and addresses, and may wait for them.

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FoldvoxError } from "../../errors.ts";
import { findJobs, linesOfList } from "../batch-files.ts";
import { type Form, type JobData, type JobQueue, jobOptions, openQueue } from "./bullmq.ts";
import { isRemote, nameOf } from "./places.ts";
import { isS3 } from "./s3.ts";

export interface SubmitFlags {
  queue: string;
  list?: string;
  out?: string;
  output: readonly Form[];
  attempts: number;
  overwrite?: boolean;
  wait?: boolean;
}

/** Jobs that are sent to the store at once. */
const BULK = 1000;

/** An input and where its result belongs. */
type Place = Pick<JobData, "input" | "output">;

/** Where the result of an address belongs: under `out`, or beside it in its store. */
function remotePlace(input: string, out: string | undefined): Place {
  if (out !== undefined) return { input, output: under(out, `${nameOf(input)}.json`) };
  if (isS3(input)) return { input, output: `${input}.json` };
  throw new FoldvoxError("bad-argument", `${input} cannot be written beside; say where results belong with --out.`);
}

const under = (out: string, name: string) => (isS3(out) ? `${out.replace(/\/$/, "")}/${name}` : resolve(out, name));

/** Inputs of every kind, with the places of their results. Errors: io, bad-argument if two would be written to one place. */
export async function placesOf(
  inputs: readonly string[],
  list: string | undefined,
  out: string | undefined,
): Promise<{ places: Place[]; passedOver: readonly string[] }> {
  if (out !== undefined && /^https?:/.test(out)) {
    throw new FoldvoxError(
      "bad-argument",
      "Results cannot be written to a URL; give --out a folder or s3://BUCKET/PREFIX.",
    );
  }
  const all = [...inputs, ...(list === undefined ? [] : await linesOfList(list, isRemote))];
  const local = all.filter((input) => !isRemote(input));
  // Under "." results have the paths that they will have under any other place.
  const { jobs, passedOver } =
    local.length === 0 ? { jobs: [], passedOver: [] } : await findJobs(local, undefined, out && ".", "json");
  const places = [
    ...jobs.map(({ input, output }) => ({
      input: resolve(input),
      output: out === undefined ? resolve(output) : under(out, output),
    })),
    ...all.filter(isRemote).map((input) => remotePlace(input, out)),
  ];
  const inputOf = new Map<string, string>();
  for (const { input, output } of places) {
    const other = inputOf.get(output);
    if (other !== undefined && other !== input) {
      throw new FoldvoxError("bad-argument", `${other} and ${input} would both be written to ${output}; rename one.`);
    }
    inputOf.set(output, input);
  }
  return { places: Array.from(inputOf, ([output, input]) => ({ input, output })), passedOver };
}

/** The same job has the same name, so that submitting twice does nothing twice. */
export const jobId = ({ input, output }: Place, salt = "") =>
  createHash("sha256").update([input, output, salt].join("\0")).digest("hex").slice(0, 32);

async function waitFor(queue: JobQueue): Promise<boolean> {
  for (;;) {
    const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized", "failed");
    const { waiting = 0, active = 0, delayed = 0, prioritized = 0, failed = 0 } = counts;
    const open = waiting + active + delayed + prioritized;
    if (process.stderr.isTTY) process.stderr.write(`\r${open} to do, ${active} in work, ${failed} dead \x1b[K`);
    if (open === 0) {
      if (process.stderr.isTTY) process.stderr.write("\n");
      return failed === 0;
    }
    await delay(500);
  }
}

export async function submit(inputs: string[], flags: SubmitFlags): Promise<void> {
  const { places, passedOver } = await placesOf(inputs, flags.list, flags.out);
  for (const file of passedOver) process.stderr.write(`passed over ${file}\n`);
  const { queue, close } = await openQueue(flags.queue);
  try {
    const overwrite = flags.overwrite === true;
    const salt = overwrite ? String(Date.now()) : "";
    for (let at = 0; at < places.length; at += BULK) {
      const some = places.slice(at, at + BULK).map((place) => ({
        name: "transcribe",
        data: { ...place, forms: flags.output, overwrite },
        opts: jobOptions(jobId(place, salt), flags.attempts),
      }));
      await queue.addBulk(some);
    }
    process.stderr.write(`${places.length} submitted; those that the queue knew already are left as they are\n`);
    if (flags.wait && !(await waitFor(queue))) {
      process.stderr.write("Some jobs are dead; see: foldvox queue dead\n");
      process.exitCode = 1;
    }
  } finally {
    await close();
  }
}
