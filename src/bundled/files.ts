// What comes with foldvox, as files beside the bundle. inline.ts and plain.ts take this file's place in foldvox/inline and
// foldvox/plain (scripts/build-host.mjs); all three export the same names.

import { FoldvoxError } from "../errors.ts";
import { nodeProcess } from "../platform.ts";
import type { BundledName } from "./names.ts";

interface Page {
  readonly document?: { readonly currentScript?: { readonly src?: string } | null };
  readonly location?: { readonly href?: string };
}

const { document, location } = globalThis as Page;

/** Address of the script that runs, known only while it is run first; in a worker its own. */
const script = document?.currentScript?.src ?? location?.href ?? "";

/** What to do where our files are not found. */
export const FILES_ADVICE =
  "A bundle may have left foldvox's files behind: give them by the options wasm and model, copy them beside the script, import foldvox/inline, or keep foldvox out of the bundle (in Next.js: serverExternalPackages).";

const isWeb = (address: string) => /^https?:/.test(address);

/**
 * Where a file of ours lies: where `locate` says, unless the bundle does not know, or names a place on the disk of the machine
 * that built it; then beside the script. Errors: io.
 */
function own(locate: () => URL, name: string): URL {
  let cause: unknown;
  try {
    const url = locate();
    const isReadable = url.protocol !== "file:" || !isWeb(location?.href ?? "") || nodeProcess()?.versions?.node;
    if (isReadable) return url;
  } catch (problem) {
    cause = problem;
  }
  if (isWeb(script)) return new URL(name, script);
  throw new FoldvoxError("io", `It is not known where ${name} lies. ${FILES_ADVICE}`, { cause });
}

// The addresses are written out, so that bundlers see and copy the files.

/** Builds of the engine, the one to prefer first: bytes, or where they are. Errors: io. */
export const bundledEngines: readonly (() => URL | Uint8Array<ArrayBuffer>)[] = [
  () => own(() => new URL("./foldvox.relaxed.wasm", import.meta.url), "foldvox.relaxed.wasm"),
  () => own(() => new URL("./foldvox.simd.wasm", import.meta.url), "foldvox.simd.wasm"),
  () => own(() => new URL("./foldvox.scalar.wasm", import.meta.url), "foldvox.scalar.wasm"),
];

/** Builds for threads, which find their helper as a file: bundles of one file have none. Errors: io. */
export const bundledThreadEngines: readonly (() => URL)[] = [
  () => own(() => new URL("./foldvox.relaxed-threads.wasm", import.meta.url), "foldvox.relaxed-threads.wasm"),
  () => own(() => new URL("./foldvox.threads.wasm", import.meta.url), "foldvox.threads.wasm"),
];

const MODELS: Readonly<Record<BundledName, () => URL>> = {
  commands: () => own(() => new URL("../models/commands.safetensors", import.meta.url), "commands.safetensors"),
  "commands-tiny": () =>
    own(() => new URL("../models/commands-tiny.safetensors", import.meta.url), "commands-tiny.safetensors"),
  english: () => own(() => new URL("../models/english.safetensors", import.meta.url), "english.safetensors"),
};

// A bundler gives every file a name of its own, so what lies beside a model is listed too.
const SIDE_FILES: Readonly<Record<string, () => URL>> = {
  "english.lexicon": () => own(() => new URL("../models/english.lexicon", import.meta.url), "english.lexicon"),
  "english.ngrams": () => own(() => new URL("../models/english.ngrams", import.meta.url), "english.ngrams"),
};

/** Where a model is that comes with foldvox; "commands" is loaded where the caller names none. Errors: io. */
export function bundledModel(name: BundledName = "commands"): URL {
  return MODELS[name]();
}

/** Where the file is that a bundled model names in its header, or null if there is none of that name. Errors: io. */
export function bundledSideFile(file: string): URL | null {
  return SIDE_FILES[file]?.() ?? null;
}
