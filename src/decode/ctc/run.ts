// A CTC emission: the run of rows in which a token wins, and the time in which it was spoken.

import type { Emission, TokenUnit } from "../text/words.ts";

export interface CtcOptions {
  readonly tokens: readonly string[];
  readonly tokenUnit: TokenUnit;
  /** Index of the blank. */
  readonly blank: number;
  /** Seconds that one output row stands for. */
  readonly tokenSeconds: number;
  /** Rows by which the model was trained to tell a word after it was spoken. */
  readonly delay: number;
  /** Number of a stream's first row. The audio begins with row 0: below it is silence that leads the audio. */
  readonly startRow: number;
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
