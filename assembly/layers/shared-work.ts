// Work that several threads do: a product, each some of its columns, or attention of a stream, each some of its heads. Only the
// threads build has this.

import { Attention, attendHead, keysOf } from "../kernels/attention";
import { QuantizedProduct } from "../kernels/quantized-product";
import {
  NONE,
  ThreadPool,
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
} from "../threading/thread-pool";
import { Linear, projectColumns } from "./product";
import { Scratch } from "./scratch";

/**
 * A pool, and the work that the chunks of its round are of: attention, if there is one, each chunk a head; else a product, the
 * arguments of `project` (linear.ts). What attention is of stands behind this record: all that helpers read is written
 * within the round, or one that is late could take a part of the next round's for its own.
 */
@unmanaged
export class SharedWork extends ThreadPool {
  /** The work begins here: what helpers copy. */
  attention: Attention | null;
  scratch: Scratch;
  out: usize;
  M: i32;
  linear: Linear;
  x: usize;
  first: i32;
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

/** The same for attention, of which a head is a chunk: f32, and softmax. */
// @ts-ignore: decorator
@inline const DIVIDED_HEADS: i64 = 60_000;

/** Chunks for each thread, so that one that comes late, or is slow, does less; and in a round. */
// @ts-ignore: decorator
@inline const CHUNKS: i32 = 4;
// @ts-ignore: decorator
@inline const MOST_CHUNKS: i32 = 32;

/** Bytes of a SharedWork with the Attention and the QuantizedProduct behind it, rounded up for vectors. */
// @ts-ignore: decorator
@inline export const SHARED_WORK_BYTES: usize =
  (offsetof<SharedWork>() + offsetof<Attention>() + offsetof<QuantizedProduct>() + 15) & ~15;

/** Values of a chunk's result: the host gives every helper room for them. */
// @ts-ignore: decorator
@inline export const CHUNK_VALUES: i32 = 8192;
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
export function dividesProduct(l: Linear, M: i32): bool {
  return workOf(l, M) >= DIVIDED && l.outputs <= ROUND_VALUES;
}

/** Multiply-adds of attention. */
// @ts-ignore: decorator
@inline function workOfHeads(a: Attention): i64 {
  return 2 * <i64>a.M * <i64>keysOf(a) * <i64>(a.heads * a.headWidth);
}

/** Whether dividing attention pays, and a head's results and scores have room in a helper's place. */
export function dividesHeads(a: Attention): bool {
  const fits = a.heads <= MOST_CHUNKS && a.M * (a.headWidth + keysOf(a)) <= CHUNK_VALUES;
  return fits && workOfHeads(a) >= DIVIDED_HEADS;
}

/** Where a SharedWork keeps what attention is of. */
// @ts-ignore: decorator
@inline function ownAttention(p: SharedWork): Attention {
  return changetype<Attention>(changetype<usize>(p) + offsetof<SharedWork>());
}

/** Where a SharedWork keeps the product that its thread is at. */
// @ts-ignore: decorator
@inline function ownProduct(p: SharedWork): QuantizedProduct {
  return changetype<QuantizedProduct>(changetype<usize>(p) + offsetof<SharedWork>() + offsetof<Attention>());
}

/** A chunk to out, in rows outStride bytes apart; `room` is the thread's own, for unpacked weights or scores. */
function compute(p: SharedWork, out: usize, outStride: usize, room: usize, chunk: i32): void {
  const a = p.attention;
  if (a) return attendHead(a, chunk, out, outStride, room);
  const product = ownProduct(p);
  product.out = out;
  product.outStride = outStride;
  product.M = p.M;
  product.N = widthOf(p, chunk);
  projectColumns(product, p.linear, p.scratch, p.x, p.first, start(p, chunk), room);
}

/** Columns of the whole result, of a chunk, and where the chunk's begin. */
// @ts-ignore: decorator
@inline function width(p: SharedWork): i32 {
  const a = p.attention;
  return a ? a.heads * a.headWidth : p.linear.outputs;
}
// @ts-ignore: decorator
@inline function start(p: SharedWork, chunk: i32): i32 {
  const a = p.attention;
  return chunk * (a ? a.headWidth : p.columns);
}
// @ts-ignore: decorator
@inline function widthOf(p: SharedWork, chunk: i32): i32 {
  const a = p.attention;
  return a ? a.headWidth : min(p.columns, p.linear.outputs - chunk * p.columns);
}

/** A chunk to where it belongs, by the thread that has the work. */
function computeInPlace(p: SharedWork, chunk: i32): void {
  const room = p.attention ? p.scratch.scores : p.scratch.unpacked;
  compute(p, p.out + (<usize>start(p, chunk) << 2), <usize>width(p) << 2, room, chunk);
  chunkDone(p);
}

/** Offers the work that has been written to the pool, some multiply-adds in so many chunks, and takes part until it is done. */
function runRound(p: SharedWork, count: i32, work: i64): void {
  offer(p, count);
  for (let own = claim(p, 0); own != NONE; own = claim(p, 0)) {
    settle(p, p.round, chunkOf(own));
    computeInPlace(p, chunkOf(own));
  }
  // Helpers are given about the time of a chunk for what they have claimed.
  const patience = <i32>(work / <i64>(count * LOOK));
  for (let looks = 0; !allDone(p); looks++) {
    if (looks < patience) continue;
    const chunk = unsettled(p);
    if (chunk >= 0 && settle(p, p.round, chunk)) computeInPlace(p, chunk);
  }
}

/** `project` of so few rows that their results fit in a round's. */
function projectRound(p: SharedWork, l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  const work = workOf(l, M);
  const chunks = max(1, min(min(MOST_CHUNKS, CHUNKS * threadsOf(p)), <i32>(work / CHUNK)));
  beginRound(p);
  p.attention = null;
  p.linear = l;
  p.scratch = s;
  p.out = out;
  p.x = x;
  p.first = first;
  p.M = M;
  // Whole panels, of eight at most.
  p.columns = min(((l.outputs + chunks - 1) / chunks + 7) & ~7, (CHUNK_VALUES / M) & ~7);
  runRound(p, (l.outputs + p.columns - 1) / p.columns, work);
}

/** `attendHeads` (heads.ts) with the help of other threads. */
export function attendTogether(p: SharedWork, s: Scratch, out: usize): void {
  beginRound(p);
  const a = ownAttention(p);
  memory.copy(changetype<usize>(a), changetype<usize>(s.attention), offsetof<Attention>());
  p.attention = a;
  p.scratch = s;
  p.out = out;
  p.M = a.M;
  runRound(p, a.heads, workOfHeads(a));
}

/** `project` with the help of other threads. */
export function projectTogether(p: SharedWork, l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  // So few that a panel of every row fits in a chunk.
  const most = min(ROUND_VALUES / l.outputs, CHUNK_VALUES / 8);
  for (let m = 0; m < M; m += most) {
    projectRound(p, l, s, out + (<usize>(m * l.outputs) << 2), x, first + m, min(most, M - m));
  }
}

/** Copies words that others may be writing. */
function copyWords(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 4) store<i32>(to + at, atomic.load<i32>(from + at));
}

/** Reads what the chunks of the round are; false if the round is over. */
function copyWork(to: SharedWork, p: SharedWork, round: u32): bool {
  const begin = offsetof<SharedWork>("attention");
  const bytes = offsetof<SharedWork>() + offsetof<Attention>() - begin;
  copyWords(changetype<usize>(to) + begin, changetype<usize>(p) + begin, bytes);
  if (to.attention) to.attention = ownAttention(to);
  return isCurrent(p, round);
}

/** Computes a claimed chunk, and writes its result where it belongs unless it comes too late. */
function helpWith(p: SharedWork, own: SharedWork, values: usize, round: u32, chunk: i32): void {
  if (!copyWork(own, p, round)) return;
  const bytes = <usize>widthOf(own, chunk) << 2;
  // Scores stand behind the head's results.
  const room = values + (own.attention ? <usize>own.M * bytes : <usize>CHUNK_VALUES << 2);
  compute(own, values, bytes, room, chunk);
  if (!settle(p, round, chunk)) return;
  let out = own.out + (<usize>start(own, chunk) << 2);
  for (let m = 0; m < own.M; m++) {
    memory.copy(out, values + <usize>m * bytes, bytes);
    out += <usize>width(own) << 2;
  }
  chunkDone(p);
}

/**
 * What another thread does for as long as it lives: helps the one that steps. `place` is its own: a
 * SharedWork, SHARED_WORK_BYTES behind its start values[CHUNK_VALUES], and behind those room for unpacked weights.
 */
export function help(p: SharedWork, place: usize): void {
  const helper = arrive(p);
  while (true) {
    const claimed = claim(p, shareOf(p, helper));
    if (claimed == NONE) awaitWork(p);
    else helpWith(p, changetype<SharedWork>(place), place + SHARED_WORK_BYTES, roundOf(claimed), chunkOf(claimed));
  }
}
