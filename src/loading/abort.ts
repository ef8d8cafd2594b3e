// AbortSignal for what waits: a loop over an async iterable that stops at once, even while the next item is awaited.

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

/** The promise, or the signal's reason if it aborts first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const { promise: abort, settle } = aborted(signal);
  try {
    return await Promise.race([promise, abort]);
  } finally {
    settle();
  }
}

/** The items of an iterable until the signal aborts; then throws its reason, and lets go of the iterable. */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (!signal) {
    yield* items;
    return;
  }
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let finished = false;
  try {
    while (true) {
      const { done, value } = await unlessAborted(Promise.resolve(iterator.next()), signal);
      if (done) {
        finished = true;
        return;
      }
      yield value;
    }
  } finally {
    // Not awaited: an iterator that never answers must not hold up the abort.
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** Waits, or throws the signal's reason. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return unlessAborted(new Promise((resolve) => setTimeout(resolve, milliseconds)), signal);
}
