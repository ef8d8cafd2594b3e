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
  /** Offset in a stream's block of the memory bank: `memory` tokens [d], oldest first */
  memoryBank: usize;
  /** In rows of sub-tokens, or null */
  relativeBias: RelativeBias | null;
}

/** The head of a stream's block in the arena: how far it is, and how much of it this step takes. Counts tokens. */
@unmanaged
export class Progress {
  segment: i32;
  /** Tokens and segments before this step */
  past: i32;
  pastSegments: i32;
}

/** What one step's attention looks at; counts in tokens of width d, the same for every layer. */
@unmanaged
export class Context {
  width: i32;
  /** Tokens of right context behind each segment */
  rightContext: i32;
  /** Capacities of the left context and of the memory bank */
  leftContext: i32;
  memory: i32;
  /** Streams of this step: addresses of their blocks, which begin with a Progress */
  streams: usize;
  numStreams: i32;
  /** Sums over these streams: segments with their right contexts, and memory entries */
  tokens: i32;
  memories: i32;
}

/** A stream of the step. */
// @ts-ignore: decorator
@inline export function streamAt(c: Context, i: i32): Progress {
  return changetype<Progress>(load<usize>(c.streams + (<usize>i << 2)));
}

/** Memory entries that a stream has. */
// @ts-ignore: decorator
@inline export function memoriesOf(c: Context, p: Progress): i32 {
  return min(c.memory, p.pastSegments);
}

/** summaries[numStreams][d] = the means of the streams' segments in x[tokens][d]. */
export function summarise(c: Context, summaries: usize, x: usize): void {
  const tokenBytes = <usize>c.width << 2;
  for (let i = 0; i < c.numStreams; i++) {
    const segment = streamAt(c, i).segment;
    meanOfRows(summaries + <usize>i * tokenBytes, x, segment, c.width);
    x += <usize>(segment + c.rightContext) * tokenBytes;
  }
}

/** out[memories][d] = the entries in the streams' banks. */
function gatherMemories(a: SelfAttention, c: Context, out: usize): void {
  for (let i = 0; i < c.numStreams; i++) {
    const p = streamAt(c, i);
    const bytes = <usize>(memoriesOf(c, p) * c.width) << 2;
    memory.copy(out, changetype<usize>(p) + a.memoryBank, bytes);
    out += bytes;
  }
}

/** Appends the segment's keys and values to the ring. */
function remember(ring: usize, c: Context, p: Progress, rows: usize): void {
  const rowBytes = <usize>c.width << 3;
  const skipped = max(p.segment - c.leftContext, 0);
  for (let t = skipped; t < p.segment; t++) {
    const slot = (p.past + t) % c.leftContext;
    memory.copy(ring + <usize>slot * rowBytes, rows + <usize>t * rowBytes, rowBytes);
  }
}

/** Appends one entry to the bank, dropping the oldest of a full one. */
function bank(entries: usize, c: Context, p: Progress, entry: usize): void {
  const entryBytes = <usize>c.width << 2;
  let slot = p.pastSegments;
  if (slot >= c.memory) {
    slot = c.memory - 1;
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
  c: Context,
  s: Scratch,
  i: i32,
  firstMemory: i32,
  firstToken: i32,
  summary: usize,
): void {
  const fold = a.fold;
  const p = streamAt(c, i);
  const state = changetype<usize>(p);
  const tokenBytes = <usize>c.width << 2;
  const headWidth = c.width / fold / a.heads;
  const tokens = (p.segment + c.rightContext) * fold;
  const memories = memoriesOf(c, p) * fold;
  const memoryRows = s.keyValues + <usize>firstMemory * 2 * tokenBytes;
  const rows = s.keyValues + <usize>(c.memories + firstToken) * 2 * tokenBytes;
  const ring = state + a.leftContext;
  const past = min(c.leftContext, p.past) * fold;
  // Before the ring is full its oldest slot is 0 and the next free one is where it ends: the same place, modulo its length.
  const oldest = c.leftContext > 0 ? (p.past % c.leftContext) * fold : 0;

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
  if (c.memory > 0) {
    const own = <usize>(c.tokens + i) * tokenBytes;
    attended.queries = s.queries + own;
    attended.M = fold;
    attended.numBank = 0;
    attended.relative = null;
    attendHeads(s, s.context + own);
    bank(state + a.memoryBank, c, p, summary);
  }
  if (c.leftContext > 0) remember(ring, c, p, rows);
}

/**
 * x[tokens][d] += attention of x. summaries[numStreams][d] holds the memory entries made by the layer below; they join this
 * layer's banks, to be seen from the next segment on, and are replaced by the entries for the layer above.
 */
export function selfAttention(a: SelfAttention, c: Context, s: Scratch, x: usize, summaries: usize): void {
  const fold = a.fold;
  const width = c.width;
  const tokenBytes = <usize>width << 2;
  const tokens = c.tokens;
  const memories = c.memories;
  const numSummaries = c.memory > 0 ? c.numStreams : 0;
  const rows = memories + tokens;

  gatherMemories(a, c, s.normalised);
  const own = s.normalised + <usize>memories * tokenBytes;
  normalise(a.norm, own, x, tokens * fold);
  if (numSummaries) summarise(c, own + <usize>tokens * tokenBytes, own);

  quantizeFor(a.keyValue, s, s.normalised, (rows + numSummaries) * fold);
  if (!a.keyValue.scales) quantizeFor(a.query, s, s.normalised, (rows + numSummaries) * fold);
  project(a.keyValue, s, s.keyValues, s.normalised, 0, rows * fold);
  project(a.query, s, s.queries, s.normalised, memories * fold, (tokens + numSummaries) * fold);

  let memoryEntry = 0;
  let token = 0;
  for (let i = 0; i < c.numStreams; i++) {
    const p = streamAt(c, i);
    attendStream(a, c, s, i, memoryEntry, token, summaries + <usize>i * tokenBytes);
    memoryEntry += memoriesOf(c, p);
    token += p.segment + c.rightContext;
  }

  linear(a.output, s, s.normalised, s.context, (tokens + numSummaries) * fold);
  addVectors(x, x, s.normalised, tokens * width);
  if (numSummaries) {
    memory.copy(summaries, s.normalised + <usize>tokens * tokenBytes, <usize>numSummaries * tokenBytes);
    activate(a.memoryActivation, summaries, numSummaries * width);
  }
}
