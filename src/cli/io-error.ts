// What the file system says, as an error that names the file.

import { FoldvoxError } from "../errors.ts";

/** A FoldvoxError for whatever went wrong with a file; FoldvoxErrors stay as they are. */
export function ioError(path: string, cause: unknown): unknown {
  if (cause instanceof FoldvoxError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
  return new FoldvoxError("io", `${path} could not be used: ${reason}.`, { cause });
}
