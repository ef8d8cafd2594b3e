// Threads that help with a piece of work that is cut into at most 32 chunks: a round. Whoever is free claims the next chunk of its
// own share, then of any. So each thread has the same chunks step after step, and reads their weights in the order in which they
// stand: helpers that went from the back to the front waited for memory at every chunk (two threads at base size, weights of 64 MB,
// 1.35 times as fast as one; from the front of their share 1.48; V8 13.6, two Zen 5 cores).
//
// Nobody waits for a helper that the system does not let run: it computes into a place of its own, and what it has is taken
// only if its chunk is still open when it is done. A chunk that is overdue is settled by the thread that has the work, which
// goes on to the next round; the helper's late result then comes to nothing. Without this, two busy cores made a step
// take up to twice the time that one thread alone takes (helpers lost the core in mid-chunk).
//
// Only the threads build has any of this.

/** Shared by all threads. The first two words hold a round's number above a bit for each chunk. */
@unmanaged
export class ThreadPool {
  /** Chunks that nobody has claimed */
  unclaimed: u64;
  /** Chunks whose result nobody has settled */
  open: u64;
  /** Chunks whose result does not yet stand where it belongs */
  pending: i32;
  /** Helpers that have come, and those of them that sleep, on the word `alarm` */
  helpers: i32;
  asleep: i32;
  alarm: i32;
  /** Number of the last round; known to the thread that has the work */
  round: u32;
  /** Its chunks */
  count: i32;
}

/**
 * Looks at work before going to sleep, some 0.3 ms: longer than what lies between two products of a step, so that helpers
 * sleep only between steps.
 */
// @ts-ignore: decorator
@inline const SPINS: i32 = 300_000;

// @ts-ignore: decorator
@inline function at(p: ThreadPool, offset: usize): usize {
  return changetype<usize>(p) + offset;
}

// @ts-ignore: decorator
@inline function unclaimedChunks(p: ThreadPool): u64 {
  return atomic.load<u64>(at(p, offsetof<ThreadPool>("unclaimed")));
}

// @ts-ignore: decorator
@inline function openChunks(p: ThreadPool): u64 {
  return atomic.load<u64>(at(p, offsetof<ThreadPool>("open")));
}

// @ts-ignore: decorator
@inline function bit(chunk: i32): u64 {
  return <u64>1 << chunk;
}

/** A new helper has come: its number, from 1. */
export function arrive(p: ThreadPool): i32 {
  return 1 + atomic.add<i32>(at(p, offsetof<ThreadPool>("helpers")), 1);
}

/** Threads that may take part, the one that has the work counted. */
export function threadsOf(p: ThreadPool): i32 {
  return 1 + atomic.load<i32>(at(p, offsetof<ThreadPool>("helpers")));
}

/** Begins a round: what helpers still do for earlier ones will come to nothing. What its chunks are may be written now. */
export function beginRound(p: ThreadPool): void {
  atomic.store<u64>(at(p, offsetof<ThreadPool>("open")), <u64>(p.round + 1) << 32);
  // Read back, because ARM's processors let plain stores pass an atomic store before them, but not an atomic load: a late helper
  // could take the new round's work for the old one's.
  p.round = <u32>(openChunks(p) >> 32);
}

/** Offers the round's chunks 0 ... count - 1, at most 32. */
export function offer(p: ThreadPool, count: i32): void {
  const chunks = (<u64>p.round << 32) | (bit(count) - 1);
  atomic.store<i32>(at(p, offsetof<ThreadPool>("count")), count);
  atomic.store<i32>(at(p, offsetof<ThreadPool>("pending")), count);
  atomic.store<u64>(at(p, offsetof<ThreadPool>("open")), chunks);
  atomic.store<u64>(at(p, offsetof<ThreadPool>("unclaimed")), chunks);
  if (atomic.load<i32>(at(p, offsetof<ThreadPool>("asleep"))) > 0) {
    atomic.add<i32>(at(p, offsetof<ThreadPool>("alarm")), 1);
    atomic.notify(at(p, offsetof<ThreadPool>("alarm")), -1);
  }
}

/** Where a helper's share of a round begins, that of the thread that has the work being the first. */
export function shareOf(p: ThreadPool, helper: i32): i32 {
  return (atomic.load<i32>(at(p, offsetof<ThreadPool>("count"))) * helper) / threadsOf(p);
}

/**
 * Claims the first unclaimed chunk from `start` on, or of all if there is none, of whatever round: its number above the chunk's,
 * or NONE.
 */
export function claim(p: ThreadPool, start: i32): u64 {
  while (true) {
    const chunks = unclaimedChunks(p);
    if (<u32>chunks == 0) return NONE;
    const own = <u32>chunks >> start << start;
    const chunk = <i32>ctz<u32>(own ? own : <u32>chunks);
    const rest = chunks & ~bit(chunk);
    if (atomic.cmpxchg<u64>(at(p, offsetof<ThreadPool>("unclaimed")), chunks, rest) == chunks) {
      return (chunks & 0xffffffff_00000000) | chunk;
    }
  }
}

/** What `claim` returns when there is nothing to claim: no chunk has this number. */
// @ts-ignore: decorator
@inline export const NONE: u64 = 0xffffffff;

// @ts-ignore: decorator
@inline export function roundOf(claim: u64): u32 {
  return <u32>(claim >> 32);
}

// @ts-ignore: decorator
@inline export function chunkOf(claim: u64): i32 {
  return <i32>(<u32>claim);
}

/** Whether that round is going on: true means that what was read of its chunks before is right. */
export function isCurrent(p: ThreadPool, round: u32): bool {
  return <u32>(openChunks(p) >> 32) == round;
}

/** Whether the caller is the one to write the chunk's result. It must then do so and say chunkDone. */
export function settle(p: ThreadPool, round: u32, chunk: i32): bool {
  while (true) {
    const chunks = openChunks(p);
    if (<u32>(chunks >> 32) != round || (chunks & bit(chunk)) == 0) return false;
    const rest = chunks & ~bit(chunk);
    if (atomic.cmpxchg<u64>(at(p, offsetof<ThreadPool>("open")), chunks, rest) == chunks) return true;
  }
}

/** A chunk that others have claimed but nobody has settled, or -1. */
export function unsettled(p: ThreadPool): i32 {
  const chunks = <u32>openChunks(p);
  return chunks == 0 ? -1 : <i32>ctz<u32>(chunks);
}

/** A chunk's result stands where it belongs. */
export function chunkDone(p: ThreadPool): void {
  atomic.sub<i32>(at(p, offsetof<ThreadPool>("pending")), 1);
}

/** Whether the round is over. */
export function allDone(p: ThreadPool): bool {
  return atomic.load<i32>(at(p, offsetof<ThreadPool>("pending"))) == 0;
}

/** Returns when there may be something to claim. */
export function awaitWork(p: ThreadPool): void {
  for (let spins = 0; spins < SPINS; spins++) {
    if (<u32>unclaimedChunks(p) != 0) return;
  }
  atomic.add<i32>(at(p, offsetof<ThreadPool>("asleep")), 1);
  const alarm = atomic.load<i32>(at(p, offsetof<ThreadPool>("alarm")));
  // Whoever offered work before it could see `asleep` has rung no alarm.
  if (<u32>unclaimedChunks(p) == 0) atomic.wait<i32>(at(p, offsetof<ThreadPool>("alarm")), alarm, -1);
  atomic.sub<i32>(at(p, offsetof<ThreadPool>("asleep")), 1);
}
