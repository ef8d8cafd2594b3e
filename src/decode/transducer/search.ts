// What the searches through a transducer share: hypotheses, and what is asked of a search.

import type { TransducerModel } from "../../engine/transducer-model.ts";

/** The last token of a path; paths with a common beginning share it. */
export interface Emitted {
  readonly token: number;
  /** Row of the stream in which it came out. */
  readonly row: number;
  readonly logProb: number;
  readonly before: Emitted | null;
}

/** A sequence of tokens with the log-probability of the paths that spell it. */
export interface Hypothesis {
  readonly last: Emitted | null;
  readonly count: number;
  readonly score: number;
  /** Of its state; -1 where the state has been given up. */
  slot: number;
}

/** A search goes row by row; `hypotheses` are its best sequences so far, best first, never none. */
export interface TransducerSearch {
  readonly hypotheses: readonly Hypothesis[];
  /** Takes row `row` of the encoder's last output, which is row `streamRow` of the stream. */
  step(row: number, streamRow: number): void;
  /** Forgets everything said. */
  restart(): void;
  /**
   * While the best hypothesis is empty: forgets the others, but for those whose first token came in row `since` of the stream or
   * later. What is left counts as all there is: it would lose likelihood row by row to whatever might have been said since.
   */
  forgetBefore(since: number): void;
}

/** As in torchaudio: what a row may hold at most. A trained model comes nowhere near it. */
export const MAX_SYMBOLS_PER_ROW = 100;

/** The empty hypothesis, its state in slot 0. */
export function startOf(model: TransducerModel): Hypothesis {
  model.predict([{ token: model.blank, from: -1, to: 0 }]);
  return { last: null, count: 0, score: 0, slot: 0 };
}

/** A hypothesis's tokens in order. */
export function pathOf({ last, count }: Hypothesis): Emitted[] {
  const path = new Array<Emitted>(count);
  let at = count;
  for (let emitted = last; emitted; emitted = emitted.before) path[--at] = emitted;
  return path;
}

/** The tokens that all hypotheses begin with, as they came out in the first. */
export function common(hypotheses: readonly Hypothesis[]): Pick<Hypothesis, "last" | "count"> {
  const [first, ...others] = hypotheses;
  let { last, count } = first!;
  for (const other of others) {
    let b = other.last;
    for (; count > other.count; count--) last = last!.before;
    for (let left = other.count; left > count; left--) b = b!.before;
    // The same up to the first token in which they differ; below the link that they share they do not.
    let left = count;
    for (let a = last; a !== b; a = a!.before, b = b!.before, left--) {
      if (a!.token === b!.token) continue;
      last = a!.before;
      count = left - 1;
    }
  }
  return { last, count };
}

/** Whether nothing was said, or only from row `since` on. */
export function beginsSince(hypothesis: Hypothesis, since: number): boolean {
  const [first] = pathOf(hypothesis);
  return !first || first.row >= since;
}

/** Whether two hypotheses are the same tokens. Paths that differ mostly do so near their ends, and equal ones soon meet. */
export function sameTokens(a: Hypothesis, b: Hypothesis): boolean {
  if (a.count !== b.count) return false;
  let x = a.last;
  let y = b.last;
  while (x !== y) {
    if (x!.token !== y!.token) return false;
    x = x!.before;
    y = y!.before;
  }
  return true;
}
