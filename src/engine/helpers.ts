// Threads that help the engine with its products and attention (assembly/threading/thread-pool.ts): worker threads of Node and its like, Web Workers of
// pages that are cross-origin isolated. They come when they have started and take what work there is then; nothing waits for
// them.

import { nodeModule } from "../platform.ts";
import type { WasmModule } from "../web-types.ts";
import type { ThreadsPlan } from "./arena-plan.ts";
import { ThreadPool } from "./layout.ts";

/** What a helper is started with. */
export interface HelperStart {
  /** The threads build, and the engine's memory, which is shared. */
  readonly module: WasmModule;
  readonly memory: WebAssembly.Memory;
  /** Addresses of the pool's record and of the helper's own place. */
  readonly pool: number;
  readonly place: number;
}

/** Word of the pool's record that counts the helpers that have come. */
const HELPERS = ThreadPool.words.helpers / 4;

/** Whether memory can be shared with threads here: not in a page that is not cross-origin isolated. */
export function canShareMemory(): boolean {
  const hasThreads = nodeModule("node:worker_threads") !== undefined || typeof Worker === "function";
  return hasThreads && typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

/**
 * Ends the helpers of who is collected: a thread that sleeps is never collected itself, and keeps the memory. Where there are
 * threads but no such registry, they stay.
 */
const abandoned =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Helpers>((helpers) => helpers.end()) : null;

function start(helper: HelperStart): { terminate(): unknown } {
  const threads = nodeModule("node:worker_threads");
  // Written out twice, so that bundlers see a worker where there is one.
  if (!threads) {
    const worker = new Worker(new URL("./engine-helper.js", import.meta.url), {
      type: "module",
      name: "foldvox helper",
    });
    worker.postMessage(helper);
    return worker;
  }
  const url = new URL("./engine-helper.js", import.meta.url);
  const worker = new threads.Worker(url, { workerData: helper, execArgv: [] });
  // One that cannot start is one that does not help.
  worker.on("error", () => {});
  worker.unref();
  return worker;
}

export class Helpers {
  private readonly workers: { terminate(): unknown }[] = [];
  private readonly pool: Int32Array;

  /** Starts a helper for each place that is planned, or as many as can be started. */
  constructor(module: WasmModule, memory: WebAssembly.Memory, { pool, helpers }: ThreadsPlan) {
    this.pool = new Int32Array(memory.buffer, pool, HELPERS + 1);
    try {
      for (const place of helpers) this.workers.push(start({ module, memory, pool, place }));
    } catch {
      // Not allowed here: in a page whose scripts are of another origin, under Node's permission model.
    }
  }

  /** Ends the helpers when the owner is collected before end(). */
  endWith(owner: object): void {
    abandoned?.register(owner, this, this);
  }

  /** Helpers that have come. */
  get count(): number {
    return Atomics.load(this.pool, HELPERS);
  }

  end(): void {
    // What is registered is held, and with it the memory.
    abandoned?.unregister(this);
    for (const worker of this.workers) worker.terminate();
  }
}
