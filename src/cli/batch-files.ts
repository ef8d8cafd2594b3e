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
/** Sound that others hear and we do not: who sees none of it in the transcripts is told why. */
const FOREIGN = new Set(
  ".3gp .aac .ac3 .aif .aifc .aiff .amr .ape .au .caf .m4a .m4b .mka .mkv .mov .mp2 .mp4 .snd .w64 .webm .wma".split(
    " ",
  ),
);

/** An input, and the folder that its place in the output folder is relative to. */
interface Found {
  readonly path: string;
  readonly base: string;
}

/** What a batch is about. */
export interface Jobs {
  readonly jobs: readonly Job[];
  /** Files in the folders that look like sound and are left out, each with the reason. */
  readonly passedOver: readonly string[];
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The audio files in a folder and its sub-folders. Links are not followed: they may lead out of it, or round in circles. */
async function audioIn(folder: string, base: string, passedOver: string[]): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw ioError(folder, cause);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: Found[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const ending = extname(entry.name).toLowerCase();
    if (entry.isDirectory()) found.push(...(await audioIn(path, base, passedOver)));
    else if (entry.isFile() && AUDIO.has(ending)) found.push({ path, base });
    else if (entry.isSymbolicLink() && (AUDIO.has(ending) || (await isFolder(path)))) {
      passedOver.push(`${path}: a link, which is not followed`);
    } else if (FOREIGN.has(ending)) passedOver.push(`${path}: ${ending} is not understood`);
  }
  return found;
}

/**
 * Paths from a list, one a line, relative to the list's own folder; from stdin, to the working folder. What `isWhole` knows
 * stays as it is. Errors: io.
 */
export async function linesOfList(list: string, isWhole = (_: string): boolean => false): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  if (list === "-") for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  const text = new TextDecoder().decode(list === "-" ? Buffer.concat(chunks) : await readWhole(list));
  const folder = list === "-" ? "." : dirname(list);
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => (isWhole(line) ? line : resolve(folder, line)));
}

async function found(paths: readonly string[], passedOver: string[]): Promise<Found[]> {
  const all: Found[] = [];
  for (const path of paths) {
    if (await isFolder(path)) all.push(...(await audioIn(path, path, passedOver)));
    else all.push({ path, base: dirname(path) });
  }
  // The same file may be named twice.
  return [...new Map(all.map((file) => [resolve(file.path), file])).values()];
}

/**
 * The jobs for files, folders and a list: each transcript beside its audio, or under `outFolder` in the same sub-folder. Its
 * name is the audio's and the form's ending, as in talk.mp3.srt: so it does not depend on what else lies there.
 * Errors: io; bad-argument if two would be written to the same place.
 */
export async function findJobs(
  paths: readonly string[],
  list: string | undefined,
  outFolder: string | undefined,
  ending: string,
): Promise<Jobs> {
  const passedOver: string[] = [];
  const files = await found([...paths, ...(list === undefined ? [] : await linesOfList(list))], passedOver);
  const inputs = new Map<string, string>();
  const jobs = files.map(({ path, base }) => {
    const folder = outFolder === undefined ? dirname(path) : join(outFolder, relative(base, dirname(path)));
    const output = join(folder, `${basename(path)}.${ending}`);
    const other = inputs.get(output);
    if (other !== undefined) {
      throw new FoldvoxError("bad-argument", `${other} and ${path} would both be written to ${output}; rename one.`);
    }
    inputs.set(output, path);
    return { input: path, output };
  });
  return { jobs, passedOver };
}

/** Whether there is a file where the transcript belongs: an earlier run's, or somebody's own, which nobody can tell. */
export async function isDone({ output }: Job): Promise<boolean> {
  return stat(output).then(
    () => true,
    () => false,
  );
}
