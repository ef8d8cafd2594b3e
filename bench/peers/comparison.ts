// One model in all runtimes that run it: agreement first, then interleaved rounds.

import { statSync } from "node:fs";
import { join } from "node:path";
import { median, ROUNDS } from "../rounds.ts";
import { type Agreement, agreement, outputOf } from "./agreement.ts";
import { label, type Runtime } from "./runtimes.ts";
import { type Elapsed, firstStep, idleBytes, Worker } from "./worker.ts";

/** How long a runtime is asked to run in a round, more or less. */
const TURN_MS = 200;

export interface Compared extends Agreement {
  readonly runtime: Runtime;
  /** Medians over rounds, and of the ratios to the first runtime within rounds. */
  readonly step: Elapsed;
  readonly ratio: Elapsed;
  /** What it loads. */
  readonly fileBytes: number;
  readonly peakBytes: number;
  /** Above a process of the same program that does nothing. */
  readonly ownBytes: number;
}

function medians(rounds: readonly Elapsed[][], pick: (times: readonly Elapsed[]) => Elapsed): Elapsed {
  const picked = rounds.map(pick);
  return { wall: median(picked.map(({ wall }) => wall)), busy: median(picked.map(({ busy }) => busy)) };
}

async function startAll(runtimes: readonly Runtime[], folder: string): Promise<Worker[]> {
  const workers: Worker[] = [];
  for (const runtime of runtimes) {
    workers.push(await Worker.start(runtime, folder));
    process.stdout.write(`  ${label(runtime)} is ready\n`);
  }
  return workers;
}

/** Times of every worker in every round. */
async function timed(workers: readonly Worker[]): Promise<Elapsed[][]> {
  const steps: number[] = [];
  for (const worker of workers) {
    await worker.run(10);
    steps.push(Math.ceil(TURN_MS / (await worker.run(10)).wall));
  }
  const rounds: Elapsed[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: Elapsed[] = [];
    for (const [i, worker] of workers.entries()) times.push(await worker.run(steps[i]!));
    rounds.push(times);
  }
  return rounds;
}

/** `folder` holds the model as make_models.py writes it; ours must come first, in fp32 too. */
export async function compareRuntimes(runtimes: readonly Runtime[], folder: string): Promise<Compared[]> {
  const workers = await startAll(runtimes, folder);
  try {
    const outputs: Float32Array[] = [];
    for (const worker of workers) outputs.push(await outputOf(worker));
    const reference = outputs[runtimes.findIndex(({ name, precision }) => name === "foldvox" && precision === "fp32")]!;
    const agreements = runtimes.map((runtime, i) => agreement(runtime, outputs[i]!, reference));
    const rounds = await timed(workers);
    const idle = new Map<string, number>();
    for (const runtime of runtimes) {
      if (!idle.has(runtime.program)) idle.set(runtime.program, await idleBytes(runtime));
    }
    return runtimes.map((runtime, i) => {
      const peak = workers[i]!.peakBytes();
      return {
        runtime,
        ...agreements[i]!,
        step: medians(rounds, (times) => times[i]!),
        ratio: medians(rounds, (times) => ({
          wall: times[i]!.wall / times[0]!.wall,
          busy: times[i]!.busy / times[0]!.busy,
        })),
        fileBytes: statSync(join(folder, runtime.modelFile)).size,
        peakBytes: peak,
        ownBytes: peak - idle.get(runtime.program)!,
      };
    });
  } finally {
    for (const worker of workers) worker.stop();
  }
}

/** From bytes in memory to the first step's end: medians over fresh processes that take turns. */
export function firstSteps(runtimes: readonly Runtime[], folder: string, processes: number): Elapsed[] {
  const rounds = Array.from({ length: processes }, () => runtimes.map((runtime) => firstStep(runtime, folder)));
  return runtimes.map((_, i) => medians(rounds, (times) => times[i]!));
}
