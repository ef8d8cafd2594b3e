// The attention half of an Emformer layer (Shi et al., arXiv 2010.10759, section 2): utterance and right context attend
// to the memory bank, to themselves and to the cached left context; a summary of the segment becomes the next layer's
// memory. The numbers are torchaudio's _EmformerAttention.infer.
//
// Folding is a view (see feed-forward.ts): all rows, keys, caches and contexts are `fold` times as many and as narrow.
// Memory is pooled over tokens at full width, that is slot by slot, so that sub-tokens are never averaged together.

import { activate } from "../kernels/activation";
import { RelativeBias, attend } from "../kernels/attention";
import { addVectors, meanOfRows } from "../kernels/vector";
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
  /** Offset in a stream's state of the left context: a ring of `leftContext` tokens, [fold][2 d / fold] each */
  leftContext: usize;
  /** Offset in a stream's state of the memory bank: `memory` tokens [d], oldest first */
  memoryBank: usize;
  /** In rows of sub-tokens, or null */
  relativeBias: RelativeBias | null;
}

/** What one step's attention looks at; counts in tokens of width d, the same for every layer. */
@unmanaged
export class Context {
  width: i32;
  /** Tokens of the segment, and of right context behind them */
  segment: i32;
  rightContext: i32;
  /** Capacity of the left context, and how many tokens it has seen */
  leftContext: i32;
  past: i32;
  /** Capacity of the memory bank, and how many entries it has seen */
  memory: i32;
  pastSegments: i32;
}

/** Appends the segment's keys and values to the ring. */
function remember(ring: usize, c: Context, rows: usize): void {
  const rowBytes = <usize>c.width << 3;
  const skipped = max(c.segment - c.leftContext, 0);
  for (let t = skipped; t < c.segment; t++) {
    const slot = (c.past + t) % c.leftContext;
    memory.copy(ring + <usize>slot * rowBytes, rows + <usize>t * rowBytes, rowBytes);
  }
}

/** Appends one entry to the bank, dropping the oldest of a full one. */
function bank(entries: usize, c: Context, entry: usize): void {
  const entryBytes = <usize>c.width << 2;
  let slot = c.pastSegments;
  if (slot >= c.memory) {
    slot = c.memory - 1;
    memory.copy(entries, entries + entryBytes, <usize>slot * entryBytes);
  }
  memory.copy(entries + <usize>slot * entryBytes, entry, entryBytes);
}

/**
 * x[segment + rightContext][d] += attention of x. summary[d] holds the memory entry made by the layer below; it joins this
 * layer's bank, to be seen from the next segment on, and is replaced by the entry for the layer above.
 */
export function selfAttention(
  a: SelfAttention,
  c: Context,
  s: Scratch,
  state: usize,
  x: usize,
  summary: usize,
): void {
  const fold = a.fold;
  const width = c.width;
  const tokenBytes = <usize>width << 2;
  const tokens = c.segment + c.rightContext;
  const memories = min(c.memory, c.pastSegments);
  const summaries = c.memory > 0 ? 1 : 0;
  const rows = memories + tokens;

  memory.copy(s.normalised, state + a.memoryBank, <usize>memories * tokenBytes);
  const own = s.normalised + <usize>memories * tokenBytes;
  normalise(a.norm, own, x, tokens * fold);
  if (summaries) meanOfRows(own + <usize>tokens * tokenBytes, own, c.segment, width);

  quantizeFor(a.keyValue, s, s.normalised, (rows + summaries) * fold);
  if (!a.keyValue.scales) quantizeFor(a.query, s, s.normalised, (rows + summaries) * fold);
  project(a.keyValue, s, s.keyValues, s.normalised, 0, rows * fold);
  project(a.query, s, s.queries, s.normalised, memories * fold, (tokens + summaries) * fold);

  const ring = state + a.leftContext;
  const past = min(c.leftContext, c.past) * fold;
  const headWidth = width / fold / a.heads;
  const ownKeyValues = s.keyValues + <usize>memories * 2 * tokenBytes;
  // Before the ring is full its oldest slot is 0 and the next free one is where it ends: the same place, modulo its length.
  const oldest = c.leftContext > 0 ? (c.past % c.leftContext) * fold : 0;
  attend(
    s.context, s.queries, s.keyValues, rows * fold, ring, past, s.scores, a.heads, headWidth, tokens * fold,
    a.relativeBias, memories * fold, oldest,
  );
  if (summaries) {
    const q = s.queries + <usize>tokens * tokenBytes;
    const o = s.context + <usize>tokens * tokenBytes;
    attend(o, q, ownKeyValues, tokens * fold, ring, past, s.scores, a.heads, headWidth, fold, null, 0, 0);
  }
  linear(a.output, s, s.normalised, s.context, (tokens + summaries) * fold);
  addVectors(x, x, s.normalised, tokens * width);

  if (c.leftContext > 0) remember(ring, c, ownKeyValues);
  if (summaries) {
    bank(state + a.memoryBank, c, summary);
    memory.copy(summary, s.normalised + <usize>tokens * tokenBytes, tokenBytes);
    activate(a.memoryActivation, summary, width);
  }
}
