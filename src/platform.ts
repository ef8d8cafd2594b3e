// The few things that differ between JavaScript runtimes: reading a URL, and what the runtime says of its own memory.
// No import of node: modules: bundlers must be able to build every file that a page imports.

import { FoldvoxError, shortened, shown } from "./errors.ts";
import { isUrl } from "./kinds.ts";

interface NodeModules {
  "node:crypto": typeof import("node:crypto");
  "node:fs": typeof import("node:fs");
  "node:os": typeof import("node:os");
  "node:url": typeof import("node:url");
  "node:worker_threads": typeof import("node:worker_threads");
}

interface NodeProcess {
  readonly platform?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly versions?: { readonly node?: string };
  readonly pid?: number;
  uptime?(): number;
  kill?(pid: number, signal: number): void;
  getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined;
  memoryUsage?(): { heapUsed: number; rss: number };
}

/** The process of Node and its like, undefined elsewhere. The global by its bare name makes Parcel install a package that stands for it. */
export const nodeProcess = (): NodeProcess | undefined => (globalThis as { process?: NodeProcess }).process;

declare global {
  interface ImportMeta {
    /** True in the CommonJS builds, false in the others (scripts/esbuild-options.mjs). */
    readonly commonjs?: boolean;
  }
}

/** require() of the CommonJS builds (scripts/esbuild-options.mjs), under a name that bundlers do not follow. */
declare const nodeRequire: ((name: string) => unknown) | undefined;

/** What findNodeModules has imported. */
const imported = new Map<string, unknown>();

/**
 * To be awaited before nodeModule is asked. Node has had process.getBuiltinModule since 20.16 and 22.3; before, ES modules get its
 * modules only by waiting for them.
 */
export async function findNodeModules(): Promise<void> {
  // Left out of the CommonJS builds, which have require(): Metro refuses scripts that import what they do not name.
  if (!import.meta.commonjs) {
    const process = nodeProcess();
    if (!process?.versions?.node || process.getBuiltinModule) return;
    const names: (keyof NodeModules)[] = ["node:crypto", "node:fs", "node:os", "node:url", "node:worker_threads"];
    for (const name of names) {
      // A variable, so that bundlers do not look for it.
      if (!imported.has(name)) imported.set(name, await import(/* webpackIgnore: true */ /* @vite-ignore */ name));
    }
  }
}

/** A module of Node's, undefined where there is none. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const process = nodeProcess();
  if (process?.getBuiltinModule) return process.getBuiltinModule(name);
  if (typeof nodeRequire === "function") return nodeRequire(name) as NodeModules[Name];
  return imported.get(name) as NodeModules[Name] | undefined;
}

/** Node cannot fetch file: URLs and needs its file system for them; others fetch. */
function fileSystem(url: URL): NodeModules["node:fs"] | undefined {
  return url.protocol === "file:" ? nodeModule("node:fs") : undefined;
}

/** One letter before a colon is a drive of Windows and no protocol. */
const hasProtocol = (location: string) => /^[a-z][a-z0-9+.-]+:/i.test(location);

/** An absolute or page-relative URL; where there is no page but a file system, also a path in it. Errors: bad-argument. */
export function toUrl(location: string | URL): URL {
  if (isUrl(location)) return location;
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  const files = page === undefined && !hasProtocol(location) ? nodeModule("node:url") : undefined;
  try {
    if (files) return files.pathToFileURL(location);
    return page === undefined ? new URL(location) : new URL(location, page);
  } catch (cause) {
    throw new FoldvoxError("bad-argument", `${shown(location)} is not a URL; give an absolute one, or the bytes.`, {
      cause,
    });
  }
}

/** A URL for a message: without what may be secret, and without the bytes that it may hold. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return protocol === "data:" ? "data:" : shortened(`${protocol}//${host}${pathname}`);
}

type FileHandle = Awaited<ReturnType<typeof import("node:fs/promises").open>>;

const READ_BYTES = 1 << 18;

/**
 * The bytes of an open file, which is then closed. A chunk lasts until the next is asked for: a buffer of its own for each left
 * 33 MB of garbage, until the collector came by, beside a model of 64 MB.
 */
export async function* chunksOfFile(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    const buffer = new Uint8Array(READ_BYTES);
    while (true) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The bytes at a URL, as they arrive; a chunk lasts until the next is asked for. Errors: io. */
export async function* streamUrl(location: string | URL): AsyncGenerator<Uint8Array> {
  const url = toUrl(location);
  const fs = fileSystem(url);
  try {
    if (fs) {
      yield* chunksOfFile(await fs.promises.open(url));
      return;
    }
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const reader = response.body.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      await reader.cancel();
    }
  } catch (cause) {
    if (cause instanceof FoldvoxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FoldvoxError("io", `${shownUrl(url)} could not be read: ${reason}.`, { cause });
  }
}

/** All the bytes at a URL. Errors: io. */
export async function readUrl(location: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of streamUrl(location)) {
    chunks.push(chunk.slice());
    bytes += chunk.length;
  }
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** JavaScript heap in use and resident set of the process in bytes, null where the runtime does not tell. */
export function processMemory(): { heapBytes: number | null; residentBytes: number | null } {
  const usage = nodeProcess()?.memoryUsage?.();
  if (usage) return { heapBytes: usage.heapUsed, residentBytes: usage.rss };
  const memory = (globalThis.performance as { memory?: { usedJSHeapSize?: number } } | undefined)?.memory;
  return { heapBytes: memory?.usedJSHeapSize ?? null, residentBytes: null };
}

/** Milliseconds for measuring durations; audio worklets have no performance object. */
export function now(): number {
  return globalThis.performance?.now() ?? Date.now();
}

/** Calls a function of the user's in the middle of ours: what it throws goes where errors go that nobody catches. */
export function callListener<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (error) {
    setTimeout(() => {
      throw error;
    }, 0);
  }
}
