// What a call throws, for tests of errors.

import { expect } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";

/** The FoldvoxError that the action throws; the test fails if it throws none, or any other error. */
export function errorOf(action: () => unknown): FoldvoxError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FoldvoxError);
    return error as FoldvoxError;
  }
  throw new Error("nothing was thrown");
}

/** The same of a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<FoldvoxError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FoldvoxError);
  return error as FoldvoxError;
}
