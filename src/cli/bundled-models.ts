// A table of the models that come with the package.

import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundledModel } from "../bundled/files.ts";
import { BUNDLED_NAMES } from "../bundled/names.ts";

/** Names, sizes and places, for people. Errors: io. */
export async function modelTable(): Promise<string> {
  const rows = BUNDLED_NAMES.map(async (name) => {
    const path = fileURLToPath(bundledModel(name));
    return `${name.padEnd(16)} ${((await stat(path)).size / 1e6).toFixed(1).padStart(6)} MB  ${path}\n`;
  });
  return (await Promise.all(rows)).join("");
}
