// AbortSignal and time limits for asynchronous work. An abandoned promise keeps a listener: its failure must not become an
// unhandled rejection, which would end the process.

import { iteratorOf, nextOf } from "../iterate.ts";

/** Rejects as soon as the signal aborts. `settle` removes the listener. */
function aborted(signal: AbortSignal): { promise: Promise<never>; settle: () => void } {
  let listener = () => {};
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason);
    signal.addEventListener("abort", listener, { once: true });
  });
  // It may reject after nobody awaits it any more.
  promise.catch(() => {});
  return { promise, settle: () => signal.removeEventListener("abort", listener) };
}

/** The promise's result, or the signal's reason if it aborts first. The promise's later failure is then ignored. */
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

/** A signal that aborts when another one does, or when abort() is called. */
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

  /** Stops following the other signal. */
  unlink(): void {
    this.outer?.removeEventListener("abort", this.follow);
  }
}

/** Closes an iterator without waiting: one that never answers must not delay the abort. */
function leave(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  const leaving = async () => iterator.return?.();
  leaving().catch(() => {});
}

/** Yields an iterable's items until the signal aborts; then throws its reason and closes the iterable. */
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
 * The action's result, or an error if it takes longer than the limit. The action gets a signal that aborts at the limit, or with
 * `signal`.
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

/** Waits until the promise settles, but no longer than the limit. */
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
