// What a search over given encoder output tells: its hypotheses in full.

import type { FinalResult, WordResult } from "./results.ts";

/** A token of a reading. */
export interface TokenResult {
  readonly token: string;
  readonly index: number;
  /** Seconds from the start. */
  readonly start: number;
  readonly end: number;
  /** Natural logarithm of the token's probability where it came out. */
  readonly logProb: number;
}

/** One way to read a whole output, as Recognizer.decode() tells it. */
export interface Reading {
  readonly text: string;
  /** Natural logarithm of the reading's probability; null where the search does not tell. */
  readonly score: number | null;
  readonly result: readonly WordResult[];
  /** Of a transducer. */
  readonly tokens?: readonly TokenResult[];
}

/** A final result as readings. */
export function readingsOf(final: FinalResult | null): Reading[] {
  if (!final) return [];
  const { text, result, alternatives } = final;
  if (!alternatives) return [{ text, score: null, result }];
  return alternatives.map(({ text, confidence, result }) => ({ text, score: Math.log(confidence), result }));
}
