// Threads that help the engine with its products and attention (assembly/threading/thread-pool.ts): worker threads in Node and similar
// runtimes, Web Workers in pages that are cross-origin isolated. They join when they have started; nothing waits for them.

import { nodeModule } from "../platform.ts";
import type { WasmModule } from "../web-types.ts";
import type { ThreadsPlan } from "./arena-plan.ts";
import { ThreadPool } from "./layout.ts";

/** Data that a helper starts with. */
export interface HelperStart {
  /** The threads build, and the engine's memory, which is shared. */
  readonly module: WasmModule;
  readonly memory: WebAssembly.Memory;
  /** Addresses of the pool's record and of the helper's own place. */
  readonly pool: number;
  readonly place: number;
}

/** Word of the pool's record that counts the helpers that have joined. */
const HELPERS = ThreadPool.words.helpers / 4;

/** Whether memory can be shared with threads. A page must be cross-origin isolated for that. */
export function canShareMemory(): boolean {
  const hasThreads = nodeModule("node:worker_threads") !== undefined || typeof Worker === "function";
  return hasThreads && typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

/**
 * Ends the helpers when their owner is garbage-collected. A sleeping thread is never collected itself, and keeps the memory. If a
 * runtime has threads but no such registry, they stay.
 */
const abandoned =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Helpers>((helpers) => helpers.end()) : null;

function start(helper: HelperStart): { terminate(): unknown } {
  const threads = nodeModule("node:worker_threads");
  // Written out twice, so that bundlers recognize the worker.
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
  // A thread that cannot start does not help; nothing else depends on it.
  worker.on("error", () => {});
  worker.unref();
  return worker;
}

export class Helpers {
  private readonly workers: { terminate(): unknown }[] = [];
  private readonly pool: Int32Array;

  /** Starts a helper for each place in the plan, or as many as can be started. */
  constructor(module: WasmModule, memory: WebAssembly.Memory, { pool, helpers }: ThreadsPlan) {
    this.pool = new Int32Array(memory.buffer, pool, HELPERS + 1);
    try {
      for (const place of helpers) this.workers.push(start({ module, memory, pool, place }));
    } catch {
      // Not allowed: the page's scripts are from another origin, or Node's permission model forbids workers.
    }
  }

  /** Ends the helpers when the owner is collected before end(). */
  endWith(owner: object): void {
    abandoned?.register(owner, this, this);
  }

  /** How many helpers have joined. */
  get count(): number {
    return Atomics.load(this.pool, HELPERS);
  }

  end(): void {
    // The registry would hold the threads, and with them the memory.
    abandoned?.unregister(this);
    for (const worker of this.workers) worker.terminate();
  }
}
