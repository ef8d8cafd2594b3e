// The attention half of an Emformer layer (Shi et al., arXiv 2010.10759, section 2): utterance and right context attend
// to the memory bank, to themselves and to the cached left context; a summary of the segment becomes the next layer's
// memory. The numbers are torchaudio's _EmformerAttention.infer.
//
// Folding is a view (see feed-forward.ts): all rows, keys, caches and contexts are `fold` times as many and as narrow.
// Memory is pooled over tokens at full width, that is slot by slot, so that sub-tokens are never averaged together.
//
// Rows of a step stand in this order: memory entries, tokens, summary.

import { activate } from "../kernels/activation";
import { RelativeBias } from "../kernels/attention";
import { addVectors, meanOfRows } from "../kernels/vector";
import { attendHeads } from "./heads";
import { Linear, linear, project, quantizeFor } from "./linear";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { Step } from "./step";

@unmanaged
export class SelfAttention {
  /** Sub-tokens a token is split into */
  fold: i32;
  heads: i32;
  /** TANH or CLAMP, of the summary */
  memoryActivation: i32;
  norm: Norm;
  /** [d / fold, d / fold] */
  query: Linear;
  /** [2 d / fold, d / fold]: keys, then values */
  keyValue: Linear;
  /** [d / fold, d / fold] */
  output: Linear;
  /** Offset in a stream's block of the left context: a ring of `leftContext` tokens, [fold][2 d / fold] each */
  leftContext: usize;
  /** Offset in a stream's block of the memory bank: `memoryCapacity` tokens [d], oldest first */
  memoryBank: usize;
  /** In rows of sub-tokens, or null */
  relativeBias: RelativeBias | null;
}

/** summary[d] = the mean of the segment in x[tokens][d]. */
export function summarise(b: Step, summary: usize, x: usize): void {
  meanOfRows(summary, x, b.stream.segment, b.width);
}

/** Appends the segment's keys and values to the ring. */
function remember(ring: usize, b: Step, rows: usize): void {
  const p = b.stream;
  const rowBytes = <usize>b.width << 3;
  const skipped = max(p.segment - b.leftContext, 0);
  for (let t = skipped; t < p.segment; t++) {
    const slot = (p.past + t) % b.leftContext;
    memory.copy(ring + <usize>slot * rowBytes, rows + <usize>t * rowBytes, rowBytes);
  }
}

/** Appends one entry to the bank, dropping the oldest of a full one. */
function bank(entries: usize, b: Step, entry: usize): void {
  const entryBytes = <usize>b.width << 2;
  let slot = b.stream.pastSegments;
  if (slot >= b.memoryCapacity) {
    slot = b.memoryCapacity - 1;
    memory.copy(entries, entries + entryBytes, <usize>slot * entryBytes);
  }
  memory.copy(entries + <usize>slot * entryBytes, entry, entryBytes);
}

/**
 * Attention of the step's rows, from s.queries and s.keyValues to s.context. Then the stream's caches take what the next step
 * will look back on; `summary` as in selfAttention.
 */
function attendStream(a: SelfAttention, b: Step, s: Scratch, summary: usize): void {
  const fold = a.fold;
  const past = b.stream.past;
  const state = changetype<usize>(b.stream);
  const tokenBytes = <usize>b.width << 2;
  const rows = s.keyValues + <usize>b.memories * 2 * tokenBytes;
  const ring = state + a.leftContext;

  const attended = s.attention;
  attended.queries = s.queries;
  attended.M = b.tokens * fold;
  attended.bank = s.keyValues;
  attended.numBank = b.memories * fold;
  attended.current = rows;
  attended.numCurrent = b.tokens * fold;
  attended.past = ring;
  attended.numPast = min(b.leftContext, past) * fold;
  attended.heads = a.heads;
  attended.headWidth = b.width / fold / a.heads;
  attended.relative = a.relativeBias;
  // Before the ring is full its oldest slot is 0 and the next free one is where it ends: the same place, modulo its length.
  attended.oldest = b.leftContext > 0 ? (past % b.leftContext) * fold : 0;
  attendHeads(s, s.context);
  if (b.memoryCapacity > 0) {
    const own = <usize>b.tokens * tokenBytes;
    attended.queries = s.queries + own;
    attended.M = fold;
    attended.numBank = 0;
    attended.relative = null;
    attendHeads(s, s.context + own);
    bank(state + a.memoryBank, b, summary);
  }
  if (b.leftContext > 0) remember(ring, b, rows);
}

/**
 * x[tokens][d] += attention of x. summary[d] holds the memory entry made by the layer below; it joins this layer's bank, to be
 * seen from the next segment on, and is replaced by the entry for the layer above.
 */
export function selfAttention(a: SelfAttention, b: Step, s: Scratch, x: usize, summary: usize): void {
  const fold = a.fold;
  const width = b.width;
  const tokenBytes = <usize>width << 2;
  const tokens = b.tokens;
  const memories = b.memories;
  const rows = memories + tokens;
  const summaries = b.memoryCapacity > 0 ? 1 : 0;

  memory.copy(s.normalised, changetype<usize>(b.stream) + a.memoryBank, <usize>memories * tokenBytes);
  const own = s.normalised + <usize>memories * tokenBytes;
  normalise(a.norm, own, x, tokens * fold);
  if (summaries) summarise(b, own + <usize>tokens * tokenBytes, own);

  quantizeFor(a.keyValue, s, s.normalised, (rows + summaries) * fold);
  if (!a.keyValue.scales) quantizeFor(a.query, s, s.normalised, (rows + summaries) * fold);
  project(a.keyValue, s, s.keyValues, s.normalised, 0, rows * fold);
  project(a.query, s, s.queries, s.normalised, memories * fold, (tokens + summaries) * fold);
  attendStream(a, b, s, summary);

  linear(a.output, s, s.normalised, s.context, (tokens + summaries) * fold);
  addVectors(x, x, s.normalised, tokens * width);
  if (summaries) {
    memory.copy(summary, s.normalised + <usize>tokens * tokenBytes, tokenBytes);
    activate(a.memoryActivation, summary, width);
  }
}
