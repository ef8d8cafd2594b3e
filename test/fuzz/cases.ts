// One fuzz case after the other of a target, and what counts as a finding.

import { FoldvoxError } from "../../src/errors.ts";
import { Draw } from "./draw.ts";
import { READERS, type Reader } from "./readers.ts";
import { runSequence } from "./sequences.ts";

/** More than any case may allocate. */
const LARGE_BYTES = 96e6;

export const SEQUENCES: Reader = { name: "sequences", share: 0, run: runSequence };

export const TARGETS: readonly Reader[] = [...READERS, SEQUENCES];

export interface Tally {
  readonly cases: number;
  /** Taken without an error; the others were refused with a FoldvoxError. */
  readonly accepted: number;
}

/** Runs the cases from `first` on; `started` hears of each before it runs. Throws at the first finding, naming the case. */
export async function runCases(
  target: Reader,
  seed: number,
  first: number,
  count: number,
  started: (index: number) => void = () => {},
): Promise<Tally> {
  let accepted = 0;
  for (let index = first; index < first + count; index++) {
    started(index);
    const before = process.memoryUsage().arrayBuffers;
    try {
      await target.run(new Draw(seed, target.name, index));
      accepted++;
    } catch (error) {
      if (!(error instanceof FoldvoxError)) throw finding(target, seed, index, String(error), error);
    }
    const bytes = process.memoryUsage().arrayBuffers - before;
    if (bytes > LARGE_BYTES) throw finding(target, seed, index, `allocated ${bytes} bytes`);
  }
  return { cases: count, accepted };
}

function finding(target: Reader, seed: number, index: number, what: string, cause?: unknown): Error {
  const again = `npm run fuzz -- --only ${target.name} --seed ${seed} --first ${index} --cases 1`;
  return new Error(`${target.name}, case ${index}: ${what}\nrun it again: ${again}`, { cause });
}
