// The script of a helper thread: build/engine-helper.js. It helps until it is ended.

import { findNodeModules, nodeModule } from "../platform.ts";
import type { HelperStart } from "./helpers.ts";

function help({ module, memory, pool, place }: HelperStart): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  (exports as { help(pool: number, place: number): never }).help(pool, place);
}

/** Starts if this is a worker thread of Node; returns whether it is. */
function startInNode(): boolean {
  const started = nodeModule("node:worker_threads")?.workerData as HelperStart | undefined;
  if (started) help(started);
  return started !== undefined;
}

if (!startInNode()) {
  // Listen at once: a page's first message is lost on a later listener.
  globalThis.addEventListener?.("message", ({ data }) => help(data), { once: true });
  void findNodeModules().then(startInNode);
}
