// The error of everything that is to be converted.

import { FoldvoxError } from "../errors.ts";

/** The message says what is wrong, where, and what to do. */
export function badCheckpoint(message: string, cause?: unknown): FoldvoxError {
  return new FoldvoxError("bad-checkpoint", message, cause === undefined ? undefined : { cause });
}
