// Which files a batch is about, and where each transcript goes.

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { FoldvoxError } from "../errors.ts";
import { readWhole } from "./files.ts";
import { ioError } from "./io-error.ts";

export interface Job {
  readonly input: string;
  readonly output: string;
}

const AUDIO = new Set([".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus"]);

/** An input, and the folder that its place in the output folder is relative to. */
interface Found {
  readonly path: string;
  readonly base: string;
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function audioIn(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw ioError(folder, cause);
  });
  const found = entries
    .filter((entry) => entry.isFile() && AUDIO.has(extname(entry.name).toLowerCase()))
    .map((entry) => ({ path: join(entry.parentPath, entry.name), base: folder }));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Paths from a list, one a line, relative to the list's own folder; from stdin, to the working folder. */
async function listed(list: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  if (list === "-") for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  const text = new TextDecoder().decode(list === "-" ? Buffer.concat(chunks) : await readWhole(list));
  const folder = list === "-" ? "." : dirname(list);
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => resolve(folder, line.trim()));
}

async function found(paths: readonly string[]): Promise<Found[]> {
  const all: Found[] = [];
  for (const path of paths) {
    if (await isFolder(path)) all.push(...(await audioIn(path)));
    else all.push({ path, base: dirname(path) });
  }
  // The same file may be named twice.
  return [...new Map(all.map((file) => [resolve(file.path), file])).values()];
}

/**
 * The jobs for files, folders and a list: each transcript beside its audio, or under `outFolder` in the same sub-folder,
 * named as the audio is but for the ending. Errors: io; bad-argument if two would be written to the same place.
 */
export async function findJobs(
  paths: readonly string[],
  list: string | undefined,
  outFolder: string | undefined,
  ending: string,
): Promise<Job[]> {
  const files = await found([...paths, ...(list === undefined ? [] : await listed(list))]);
  const target = ({ path, base }: Found, name: string) =>
    join(outFolder === undefined ? dirname(path) : join(outFolder, relative(base, dirname(path))), `${name}.${ending}`);
  const short = files.map((file) => target(file, basename(file.path, extname(file.path))));
  const uses = new Map<string, number>();
  for (const output of short) uses.set(output, (uses.get(output) ?? 0) + 1);
  // a.wav and a.mp3 side by side keep their whole names.
  const jobs = files.map((file, i) => ({
    input: file.path,
    output: uses.get(short[i]!)! > 1 ? target(file, basename(file.path)) : short[i]!,
  }));
  const inputs = new Map<string, string>();
  for (const { input, output } of jobs) {
    const other = inputs.get(output);
    if (other !== undefined) {
      throw new FoldvoxError("bad-argument", `${other} and ${input} would both be written to ${output}; rename one.`);
    }
    inputs.set(output, input);
  }
  return jobs;
}

/** Whether there is a file where the transcript belongs: an earlier run's, or somebody's own, which nobody can tell. */
export async function isDone({ output }: Job): Promise<boolean> {
  return stat(output).then(
    () => true,
    () => false,
  );
}
