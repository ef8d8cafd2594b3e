// A product that several threads compute, each some of its columns. Only the threads build has this.

import {
  NONE,
  Pool,
  allDone,
  arrive,
  awaitWork,
  beginRound,
  chunkDone,
  chunkOf,
  claim,
  isCurrent,
  offer,
  roundOf,
  settle,
  shareOf,
  threadsOf,
  unsettled,
} from "../kernels/pool";
import { Linear, projectColumns } from "./product";
import { Scratch } from "./scratch";

/** A pool, and the product that the chunks of its round are of: the arguments of `project` (linear.ts). */
@unmanaged
export class SharedProduct extends Pool {
  linear: Linear;
  scratch: Scratch;
  out: usize;
  x: usize;
  first: i32;
  M: i32;
  /** Of each chunk but the last */
  columns: i32;
}

/**
 * Multiply-adds from which on a product is divided, and those that a chunk should have at least: some 5 and 1.5 µs of one
 * Zen 5 core at the product's rate, against the fraction of a microsecond in which a word goes from core to core. Derived from
 * those rates, not from a measured gain: bench/threads.ts takes it on a machine with idle cores.
 */
// @ts-ignore: decorator
@inline const DIVIDED: i64 = 200_000;
// @ts-ignore: decorator
@inline const CHUNK: i64 = 60_000;

/** Chunks for each thread, so that one that comes late, or is slow, does less; and in a round. */
// @ts-ignore: decorator
@inline const CHUNKS: i32 = 4;
// @ts-ignore: decorator
@inline const MOST_CHUNKS: i32 = 32;

/** Values of a chunk's result: what the host gives every helper room for (src/engine/arena.ts). */
// @ts-ignore: decorator
@inline const CHUNK_VALUES: i32 = 8192;
/** Values of a round's results: half of what would fit, since chunks are whole panels. */
// @ts-ignore: decorator
@inline const ROUND_VALUES: i32 = (MOST_CHUNKS * CHUNK_VALUES) / 2;

/** Multiply-adds for which a chunk that is claimed may take as long as one look whether all is done. */
// @ts-ignore: decorator
@inline const LOOK: i32 = 32;

/** Multiply-adds of a product. */
// @ts-ignore: decorator
@inline function workOf(l: Linear, M: i32): i64 {
  return <i64>M * <i64>l.inputs * <i64>l.outputs;
}

/** Whether dividing the product pays. */
export function divides(l: Linear, M: i32): bool {
  return workOf(l, M) >= DIVIDED && l.outputs <= ROUND_VALUES;
}

/** A chunk of the product to out, in rows outStride bytes apart. */
// @ts-ignore: decorator
@inline function projectChunk(p: SharedProduct, out: usize, outStride: usize, unpacked: usize, chunk: i32): void {
  const l = p.linear;
  const from = chunk * p.columns;
  projectColumns(l, p.scratch, out, outStride, unpacked, p.x, p.first, p.M, from, min(p.columns, l.outputs - from));
}

/** The same to where it belongs, by the thread that has the work. */
function projectInPlace(p: SharedProduct, chunk: i32): void {
  const out = p.out + (<usize>(chunk * p.columns) << 2);
  projectChunk(p, out, <usize>p.linear.outputs << 2, p.scratch.unpacked, chunk);
  chunkDone(p);
}

/** `project` of so few rows that their results fit in a round's. */
function projectRound(p: SharedProduct, l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  const work = workOf(l, M);
  const chunks = max(1, min(min(MOST_CHUNKS, CHUNKS * threadsOf(p)), <i32>(work / CHUNK)));
  beginRound(p);
  p.linear = l;
  p.scratch = s;
  p.out = out;
  p.x = x;
  p.first = first;
  p.M = M;
  // Whole panels, of eight at most.
  p.columns = min(((l.outputs + chunks - 1) / chunks + 7) & ~7, (CHUNK_VALUES / M) & ~7);
  const count = (l.outputs + p.columns - 1) / p.columns;
  offer(p, count);

  for (let own = claim(p, 0); own != NONE; own = claim(p, 0)) {
    settle(p, p.round, chunkOf(own));
    projectInPlace(p, chunkOf(own));
  }
  // Helpers are given about the time of a chunk for what they have claimed.
  const patience = <i32>(work / <i64>(count * LOOK));
  for (let looks = 0; !allDone(p); looks++) {
    if (looks < patience) continue;
    const chunk = unsettled(p);
    if (chunk >= 0 && settle(p, p.round, chunk)) projectInPlace(p, chunk);
  }
}

/** `project` with the help of other threads. */
export function projectTogether(p: SharedProduct, l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  // So few that a panel of every row fits in a chunk.
  const most = min(ROUND_VALUES / l.outputs, CHUNK_VALUES / 8);
  for (let m = 0; m < M; m += most) {
    projectRound(p, l, s, out + (<usize>(m * l.outputs) << 2), x, first + m, min(most, M - m));
  }
}

/** Reads a word of the product that others may be writing. */
// @ts-ignore: decorator
@inline function wordAt(p: SharedProduct, offset: usize): i32 {
  return atomic.load<i32>(changetype<usize>(p) + offset);
}

/** Reads what the chunks of the round are; false if the round is over. */
function copyProduct(to: SharedProduct, p: SharedProduct, round: u32): bool {
  to.linear = changetype<Linear>(<usize>wordAt(p, offsetof<SharedProduct>("linear")));
  to.scratch = changetype<Scratch>(<usize>wordAt(p, offsetof<SharedProduct>("scratch")));
  to.out = <usize>wordAt(p, offsetof<SharedProduct>("out"));
  to.x = <usize>wordAt(p, offsetof<SharedProduct>("x"));
  to.first = wordAt(p, offsetof<SharedProduct>("first"));
  to.M = wordAt(p, offsetof<SharedProduct>("M"));
  to.columns = wordAt(p, offsetof<SharedProduct>("columns"));
  return isCurrent(p, round);
}

/** Computes a claimed chunk, and writes its result where it belongs unless it comes too late. */
function helpWith(p: SharedProduct, own: SharedProduct, values: usize, round: u32, chunk: i32): void {
  if (!copyProduct(own, p, round)) return;
  const outputs = own.linear.outputs;
  const from = chunk * own.columns;
  const bytes = <usize>min(own.columns, outputs - from) << 2;
  projectChunk(own, values, bytes, values + (<usize>CHUNK_VALUES << 2), chunk);
  if (!settle(p, round, chunk)) return;
  let out = own.out + (<usize>from << 2);
  for (let m = 0; m < own.M; m++) {
    memory.copy(out, values + <usize>m * bytes, bytes);
    out += <usize>outputs << 2;
  }
  chunkDone(p);
}

/**
 * What another thread does for as long as it lives: helps with the products of the one that steps. `place` is its own: a
 * SharedProduct, 128 bytes behind its start values[CHUNK_VALUES], and behind those room for unpacked weights.
 */
export function helpWithProducts(p: SharedProduct, place: usize): void {
  const helper = arrive(p);
  while (true) {
    const claimed = claim(p, shareOf(p, helper));
    if (claimed == NONE) awaitWork(p);
    else helpWith(p, changetype<SharedProduct>(place), place + 128, roundOf(claimed), chunkOf(claimed));
  }
}
