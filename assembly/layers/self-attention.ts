// The attention half of an Emformer layer (Shi et al., arXiv 2010.10759, section 2): utterance and right context attend
// to the memory bank, to themselves and to the cached left context; a summary of the segment becomes the next layer's
// memory. The numbers are torchaudio's _EmformerAttention.infer.
//
// Folding is a view (see feed-forward.ts): all rows, keys, caches and contexts are `fold` times as many and as narrow.
// Memory is pooled over tokens at full width, that is slot by slot, so that sub-tokens are never averaged together.
//
// A step may take several streams: the products run over the rows of all of them, the weights being read once; each stream
// attends to its own. Rows stand by kind, and within a kind stream by stream: memory entries, tokens, summaries.

import { activate } from "../kernels/activation";
import { RelativeBias } from "../kernels/attention";
import { addVectors, meanOfRows } from "../kernels/vector";
import { attendHeads } from "./heads";
import { Linear, linear, project, quantizeFor } from "./linear";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { Progress, StepBatch, memoriesOf, streamAt } from "./step-batch";

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

/** summaries[numStreams][d] = the means of the streams' segments in x[tokens][d]. */
export function summarise(b: StepBatch, summaries: usize, x: usize): void {
  const tokenBytes = <usize>b.width << 2;
  for (let i = 0; i < b.numStreams; i++) {
    const segment = streamAt(b, i).segment;
    meanOfRows(summaries + <usize>i * tokenBytes, x, segment, b.width);
    x += <usize>(segment + b.rightContext) * tokenBytes;
  }
}

/** out[memories][d] = the entries in the streams' banks. */
function gatherMemories(a: SelfAttention, b: StepBatch, out: usize): void {
  for (let i = 0; i < b.numStreams; i++) {
    const p = streamAt(b, i);
    const bytes = <usize>(memoriesOf(b, p) * b.width) << 2;
    memory.copy(out, changetype<usize>(p) + a.memoryBank, bytes);
    out += bytes;
  }
}

/** Appends the segment's keys and values to the ring. */
function remember(ring: usize, b: StepBatch, p: Progress, rows: usize): void {
  const rowBytes = <usize>b.width << 3;
  const skipped = max(p.segment - b.leftContext, 0);
  for (let t = skipped; t < p.segment; t++) {
    const slot = (p.past + t) % b.leftContext;
    memory.copy(ring + <usize>slot * rowBytes, rows + <usize>t * rowBytes, rowBytes);
  }
}

/** Appends one entry to the bank, dropping the oldest of a full one. */
function bank(entries: usize, b: StepBatch, p: Progress, entry: usize): void {
  const entryBytes = <usize>b.width << 2;
  let slot = p.pastSegments;
  if (slot >= b.memoryCapacity) {
    slot = b.memoryCapacity - 1;
    memory.copy(entries, entries + entryBytes, <usize>slot * entryBytes);
  }
  memory.copy(entries + <usize>slot * entryBytes, entry, entryBytes);
}

/**
 * Attention of stream `i`, whose first memory entry and first token of the step those are, from s.queries and s.keyValues to
 * s.context. Then its caches take what the next step will look back on; `summary` as in selfAttention.
 */
function attendStream(
  a: SelfAttention,
  b: StepBatch,
  s: Scratch,
  i: i32,
  firstMemory: i32,
  firstToken: i32,
  summary: usize,
): void {
  const fold = a.fold;
  const p = streamAt(b, i);
  const state = changetype<usize>(p);
  const tokenBytes = <usize>b.width << 2;
  const headWidth = b.width / fold / a.heads;
  const tokens = (p.segment + b.rightContext) * fold;
  const memories = memoriesOf(b, p) * fold;
  const memoryRows = s.keyValues + <usize>firstMemory * 2 * tokenBytes;
  const rows = s.keyValues + <usize>(b.memories + firstToken) * 2 * tokenBytes;
  const ring = state + a.leftContext;
  const past = min(b.leftContext, p.past) * fold;
  // Before the ring is full its oldest slot is 0 and the next free one is where it ends: the same place, modulo its length.
  const oldest = b.leftContext > 0 ? (p.past % b.leftContext) * fold : 0;

  const q = s.queries + <usize>firstToken * tokenBytes;
  const o = s.context + <usize>firstToken * tokenBytes;
  const attended = s.attention;
  attended.queries = q;
  attended.M = tokens;
  attended.bank = memoryRows;
  attended.numBank = memories;
  attended.current = rows;
  attended.numCurrent = tokens;
  attended.past = ring;
  attended.numPast = past;
  attended.heads = a.heads;
  attended.headWidth = headWidth;
  attended.relative = a.relativeBias;
  attended.oldest = oldest;
  attendHeads(s, o);
  if (b.memoryCapacity > 0) {
    const own = <usize>(b.tokens + i) * tokenBytes;
    attended.queries = s.queries + own;
    attended.M = fold;
    attended.numBank = 0;
    attended.relative = null;
    attendHeads(s, s.context + own);
    bank(state + a.memoryBank, b, p, summary);
  }
  if (b.leftContext > 0) remember(ring, b, p, rows);
}

/**
 * x[tokens][d] += attention of x. summaries[numStreams][d] holds the memory entries made by the layer below; they join this
 * layer's banks, to be seen from the next segment on, and are replaced by the entries for the layer above.
 */
export function selfAttention(a: SelfAttention, b: StepBatch, s: Scratch, x: usize, summaries: usize): void {
  const fold = a.fold;
  const width = b.width;
  const tokenBytes = <usize>width << 2;
  const tokens = b.tokens;
  const memories = b.memories;
  const numSummaries = b.memoryCapacity > 0 ? b.numStreams : 0;
  const rows = memories + tokens;

  gatherMemories(a, b, s.normalised);
  const own = s.normalised + <usize>memories * tokenBytes;
  normalise(a.norm, own, x, tokens * fold);
  if (numSummaries) summarise(b, own + <usize>tokens * tokenBytes, own);

  quantizeFor(a.keyValue, s, s.normalised, (rows + numSummaries) * fold);
  if (!a.keyValue.scales) quantizeFor(a.query, s, s.normalised, (rows + numSummaries) * fold);
  project(a.keyValue, s, s.keyValues, s.normalised, 0, rows * fold);
  project(a.query, s, s.queries, s.normalised, memories * fold, (tokens + numSummaries) * fold);

  let memoryEntry = 0;
  let token = 0;
  for (let i = 0; i < b.numStreams; i++) {
    const p = streamAt(b, i);
    attendStream(a, b, s, i, memoryEntry, token, summaries + <usize>i * tokenBytes);
    memoryEntry += memoriesOf(b, p);
    token += p.segment + b.rightContext;
  }

  linear(a.output, s, s.normalised, s.context, (tokens + numSummaries) * fold);
  addVectors(x, x, s.normalised, tokens * width);
  if (numSummaries) {
    memory.copy(summaries, s.normalised + <usize>tokens * tokenBytes, <usize>numSummaries * tokenBytes);
    activate(a.memoryActivation, summaries, numSummaries * width);
  }
}
