// Interleaved timing. Machines are shared and their speed drifts, so every round times every case once, and what counts is
// the median over rounds, and the median of the ratios within rounds.

import benny from "benny";

export interface Case {
  readonly name: string;
  /** Does the work of `units` once. */
  readonly run: () => void | Promise<void>;
  /** How much work that is, in the unit that the table shows per second. */
  readonly units: number;
}

export interface Timing {
  readonly name: string;
  /** Units per second, median over rounds. */
  readonly rate: number;
  /** Rate divided by the first case's in the same round, median over rounds. */
  readonly ratio: number;
  /** The rates of all rounds, for ratios of other things. */
  readonly rates: readonly number[];
}

/** FOLDVOX_BENCH_ROUNDS: fewer for a quick look. */
export const ROUNDS = Number(process.env.FOLDVOX_BENCH_ROUNDS ?? 7);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Operations per second of every case, one after the other. */
async function round(title: string, cases: readonly Case[]): Promise<number[]> {
  const summary = await benny.suite(
    title,
    benny.configure({ cases: { minSamples: 3, minTime: 0.02, maxTime: 0.1, delay: 0 } }),
    ...cases.map(({ name, run }) => benny.add(name, run)),
  );
  // `ops` is rounded to whole numbers.
  return summary.results.map(({ details }, i) => cases[i]!.units / details.mean);
}

/** Times all cases in turn, again and again. */
export async function compare(title: string, cases: readonly Case[]): Promise<Timing[]> {
  const rates: number[][] = [];
  const log = console.log;
  // benny announces every suite; a line for each round would bury the table.
  console.log = () => {};
  try {
    // The first round is the compilers'.
    await round(title, cases);
    for (let i = 0; i < ROUNDS; i++) rates.push(await round(title, cases));
  } finally {
    console.log = log;
  }
  return cases.map(({ name }, i) => ({
    name,
    rate: median(rates.map((row) => row[i]!)),
    ratio: median(rates.map((row) => row[i]! / row[0]!)),
    rates: rates.map((row) => row[i]!),
  }));
}
