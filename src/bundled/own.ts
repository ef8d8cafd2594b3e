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

const HAS_PROTOCOL = /^[a-z][a-z0-9+.-]*:/i;

const isWeb = (address: string) => /^https?:/.test(address);

/**
 * Where a file of ours lies: where `locate` says, unless the bundle does not know, or names a place on the disk of the machine
 * that built it; then beside the script. Errors: io.
 */
export function own(locate: () => URL, name: string): URL {
  let cause: unknown;
  try {
    const url = locate();
    const isInPage = isWeb(location?.href ?? "");
    // On its server, Next.js makes addresses that only its pages can read: they begin with a slash.
    const isReadable = HAS_PROTOCOL.test(url.href)
      ? url.protocol !== "file:" || !isInPage || nodeProcess()?.versions?.node
      : isInPage;
    if (isReadable) return url;
  } catch (problem) {
    cause = problem;
  }
  if (isWeb(script)) return new URL(name, script);
  throw new FoldvoxError("io", `It is not known where ${name} lies. ${FILES_ADVICE}`, { cause });
}
