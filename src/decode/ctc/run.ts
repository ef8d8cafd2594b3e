// A CTC emission: the run of rows in which a token wins, and the time in which it was spoken.

import type { RowTimes } from "../row-clock.ts";
import type { Emission, TokenUnit } from "../text/words.ts";

export interface CtcOptions extends RowTimes {
  readonly tokens: readonly string[];
  readonly tokenUnit: TokenUnit;
  /** Index of the blank. */
  readonly blank: number;
  /** Rows by which the model was trained to tell a word after it was spoken. */
  readonly delay: number;
}

/** A run of one token; rows count from the start of the audio. */
export interface Run {
  readonly token: number;
  readonly firstRow: number;
  readonly rows: number;
  /** Sum of the token's probability over the rows. */
  readonly probability: number;
}

/** Row in which an emission ends as it was spoken. */
export function spokenEnd({ firstRow, rows }: Run, { delay }: CtcOptions, notBefore: number): number {
  return Math.max(firstRow + rows - delay, spokenStart(firstRow, delay, notBefore) + 1);
}

/** The run less the model's delay, but neither before the row in which what came before it ended, nor empty. */
const spokenStart = (firstRow: number, delay: number, notBefore: number) => Math.max(firstRow - delay, notBefore);

/** The run as an emission, spoken no earlier than in row `notBefore`. */
export function emissionOf(run: Run, options: CtcOptions, notBefore: number): Emission {
  return {
    token: options.tokens[run.token]!,
    start: spokenStart(run.firstRow, options.delay, notBefore) * options.tokenSeconds,
    end: spokenEnd(run, options, notBefore) * options.tokenSeconds,
    confidence: run.probability / run.rows,
  };
}
