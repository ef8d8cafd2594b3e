// Iterables as callers give them, which may be none.

import { FoldvoxError, shown } from "./errors.ts";

const notIterable = (problem: string) =>
  new FoldvoxError("bad-argument", `What is to be read ${problem}; give an iterable, asynchronous or not.`);

/** The iterator of a value. Errors: bad-argument if it has none. */
export function iteratorOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  const given = Object(items) as Partial<AsyncIterable<T> & Iterable<T>>;
  const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]?.();
  if (typeof iterator?.next !== "function") throw notIterable(`is ${shown(items)}`);
  return iterator;
}

/** The iterator's next result. Errors: bad-argument if it gives something else; what it throws passes through. */
export async function nextOf<T>(iterator: AsyncIterator<T> | Iterator<T>): Promise<IteratorResult<T>> {
  const result = await iterator.next();
  if (typeof result === "object" && result !== null) return result;
  throw notIterable(`gives ${shown(result)} in place of results`);
}
