// What the file system says, as an error that names the file.

import { FoldvoxError } from "../errors.ts";

/** What the usual codes mean to people. */
const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  EACCES: "you may not use it",
  EPERM: "you may not use it",
  ENOSPC: "there is no space left on the device",
};

/** A FoldvoxError for whatever went wrong with a file; FoldvoxErrors stay as they are. */
export function ioError(path: string, cause: unknown): unknown {
  if (cause instanceof FoldvoxError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = (code && REASONS[code]) ?? message;
  return new FoldvoxError("io", `${path} could not be used: ${reason}.`, { cause });
}
