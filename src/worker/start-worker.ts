// Starts the worker of a page, also where its script lies on another server than the page, as on a CDN.

import { FoldvoxError } from "../errors.ts";
import { toUrl } from "../platform.ts";

const OPTIONS = { type: "module", name: "foldvox" } as const;

/** Browsers start workers of the page's own origin only; of another they get a script that imports it, if the policy allows. */
function startFrom(url: URL): Worker {
  const page = (globalThis as { location?: { origin?: string } }).location;
  if (!/^https?:$/.test(url.protocol) || url.origin === page?.origin) return new Worker(url, OPTIONS);
  const script = new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  const worker = new Worker(address, OPTIONS);
  // The first message is the reply to loading: the script has been read by then.
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}

/** Where our script lies if it is on another server and nobody has bundled it; null otherwise. */
function onAnotherServer(): URL | null {
  try {
    // Put together, so that bundlers do not take it for a file to copy: they see the one below.
    const url = new URL(["./worker", "js"].join("."), import.meta.url);
    const page = (globalThis as { location?: { origin?: string } }).location;
    return /^https?:$/.test(url.protocol) && url.origin !== page?.origin ? url : null;
  } catch {
    return null;
  }
}

/** Starts worker.js, from where it is told or from beside this script. Errors: io, bad-argument. */
export function startWorker(given?: string | URL): Worker {
  if (given !== undefined) return started(() => startFrom(toUrl(given)));
  const foreign = onAnotherServer();
  return started(() =>
    foreign
      ? startFrom(foreign)
      : new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "foldvox" }),
  );
}

/** What to do where the worker's script is not found, or not allowed. */
export const WORKER_ADVICE =
  "Serve foldvox's worker.js from the page's own origin and give its URL, as in { worker: \"/foldvox/worker.js\" }; a policy must allow it as worker-src.";

function started(start: () => Worker): Worker {
  try {
    return start();
  } catch (cause) {
    if (cause instanceof FoldvoxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FoldvoxError("io", `The worker could not be started: ${reason}. ${WORKER_ADVICE}`, { cause });
  }
}
