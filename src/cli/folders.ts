// Folders that are made where they are missing.

import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ioError } from "./io-error.ts";

/**
 * Makes a folder, and those around it. Node's own way never ends where the file system says of a folder's child that the
 * folder is missing, as /proc does. Errors: io.
 */
export async function makeFolder(path: string): Promise<void> {
  const whole = resolve(path);
  try {
    await mkdir(whole);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(whole) === whole) throw ioError(path, cause);
    await makeFolder(dirname(whole));
    await mkdir(whole).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== "EEXIST") throw ioError(path, again);
    });
  }
}
