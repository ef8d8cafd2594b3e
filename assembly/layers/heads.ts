// Attention of one stream. In the threads build its heads may be divided among threads; each is computed as it would be by one.

import { RelativeBias, attend } from "../kernels/attention";
import { threadsOf } from "../kernels/pool";
import { THREADS } from "../target";
import { Scratch } from "./scratch";
import { SharedWork, attendTogether, dividesHeads } from "./shared-work";

/** `attend` (kernels/attention.ts) with its scores in scratch. */
export function attendHeads(
  s: Scratch,
  out: usize,
  queries: usize,
  bank: usize,
  numBank: i32,
  current: usize,
  numCurrent: i32,
  past: usize,
  numPast: i32,
  heads: i32,
  headWidth: i32,
  M: i32,
  relative: RelativeBias | null,
  oldest: i32,
): void {
  if (THREADS && s.pool && dividesHeads(M, numBank + numCurrent + numPast, heads, headWidth)) {
    const p = changetype<SharedWork>(s.pool);
    if (threadsOf(p) > 1) {
      return attendTogether(
        p, s, out, queries, bank, numBank, current, numCurrent, past, numPast, heads, headWidth, M, relative, oldest,
      );
    }
  }
  attend(
    out, queries, bank, numBank, current, numCurrent, past, numPast, s.scores, heads, headWidth, M, relative, oldest,
  );
}
