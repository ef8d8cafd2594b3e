// The models that come with the package, by their names.

import { readdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../models/", import.meta.url);
const ENDING = ".safetensors";

/** Their names. */
export async function bundledModels(): Promise<string[]> {
  const files = await readdir(FOLDER).catch(() => []);
  return files.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
}

/** Where the model of that name lies; null if it does not come with the package. */
export async function bundledModel(name: string): Promise<URL | null> {
  return (await bundledModels()).includes(name) ? new URL(name + ENDING, FOLDER) : null;
}

/** A table of names, sizes and places, for people. */
export async function modelTable(): Promise<string> {
  const rows = (await bundledModels()).map(async (name) => {
    const path = fileURLToPath(new URL(name + ENDING, FOLDER));
    return `${name.padEnd(16)} ${((await stat(path)).size / 1e6).toFixed(1).padStart(6)} MB  ${path}\n`;
  });
  return (await Promise.all(rows)).join("");
}
