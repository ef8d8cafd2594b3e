// AbortSignal and time limits for what waits. A promise that is given up is still listened to: its failure must not become an
// unhandled rejection, which ends a process.

import { iteratorOf, nextOf } from "../iterate.ts";

/** Rejects as soon as the signal aborts. `settle` takes the listener away again. */
function aborted(signal: AbortSignal): { promise: Promise<never>; settle: () => void } {
  let listener = () => {};
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason);
    signal.addEventListener("abort", listener, { once: true });
  });
  // It may reject when nobody waits for it any more.
  promise.catch(() => {});
  return { promise, settle: () => signal.removeEventListener("abort", listener) };
}

/** The promise, or the signal's reason if it aborts first. Whatever becomes of the promise then, nobody hears of it. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => {});
  signal.throwIfAborted();
  const { promise: abort, settle } = aborted(signal);
  try {
    return await Promise.race([promise, abort]);
  } finally {
    settle();
  }
}

/** A signal that aborts with another, if there is one, or when it is told to. */
export class LinkedAbort {
  private readonly controller = new AbortController();
  private readonly outer: AbortSignal | undefined;
  private readonly follow = () => this.controller.abort(this.outer?.reason);

  constructor(outer: AbortSignal | undefined) {
    this.outer = outer;
    if (outer?.aborted) this.follow();
    outer?.addEventListener("abort", this.follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  /** From now on the other does not concern it. */
  unlink(): void {
    this.outer?.removeEventListener("abort", this.follow);
  }
}

/** Lets go of an iterator, without waiting: one that never answers must not hold up the abort. */
function leave(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  const leaving = async () => iterator.return?.();
  leaving().catch(() => {});
}

/** The items of an iterable until the signal aborts; then throws its reason, and lets go of the iterable. */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const iterator = iteratorOf(items);
  let isOver = false;
  const next = async () => {
    try {
      const result = await nextOf(iterator);
      isOver = result.done === true;
      return result;
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  try {
    while (true) {
      const { done, value } = await unlessAborted(next(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    if (!isOver) leave(iterator);
  }
}

/** Waits, or throws the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await unlessAborted(waiting, signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What the action brings within that time, else an error that says so. The signal that the action is given aborts at the end of
 * the time, or with `signal`.
 */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const link = new LinkedAbort(signal);
  const late = () => link.abort(new Error(`nothing came for ${milliseconds / 1000} seconds`));
  const timer = setTimeout(late, milliseconds);
  try {
    return await unlessAborted(action(link.signal), link.signal);
  } finally {
    clearTimeout(timer);
    link.unlink();
  }
}

/** Waits until the promise is settled, either way, but not longer than that. */
export async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  const settled = promise.then(
    () => {},
    () => {},
  );
  await Promise.race([settled, late]);
  clearTimeout(timer);
}
