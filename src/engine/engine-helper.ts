// The script of a helper: build/engine-helper.js. Helps for as long as it lives.

import { findNodeModules, nodeModule } from "../platform.ts";
import type { HelperStart } from "./helpers.ts";

function help({ module, memory, pool, place }: HelperStart): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  (exports as { help(pool: number, place: number): never }).help(pool, place);
}

/** Starts in a thread of Node; whether it is one. */
function startInNode(): boolean {
  const started = nodeModule("node:worker_threads")?.workerData as HelperStart | undefined;
  if (started) help(started);
  return started !== undefined;
}

if (!startInNode()) {
  // At once: a page's first message does not wait for who listens later.
  globalThis.addEventListener?.("message", ({ data }) => help(data), { once: true });
  void findNodeModules().then(startInNode);
}
