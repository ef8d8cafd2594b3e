// Where foldvox's own files lie, bundled or not.

import { FoldvoxError } from "../errors.ts";
import { nodeProcess } from "../platform.ts";

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
export function own(locate: () => URL, name: string): URL {
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
