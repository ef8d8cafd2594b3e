// The script of a helper: build/engine-helper.js. Helps for as long as it lives.

import { nodeModule } from "../platform.ts";
import type { HelperStart } from "./helpers.ts";

function help({ module, memory, pool, place }: HelperStart): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  (exports as { help(pool: number, place: number): never }).help(pool, place);
}

const started = nodeModule("node:worker_threads")?.workerData as HelperStart | undefined;
if (started) help(started);
else globalThis.addEventListener("message", ({ data }) => help(data), { once: true });
