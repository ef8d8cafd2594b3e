// A model from wherever it is into an arena: tensors go there one by one as bytes arrive, so that no second copy of the
// weights ever exists.

import { arenaBytes } from "../engine/arena.ts";
import { Arena, type ArenaNeeds } from "../engine/arena-memory.ts";
import { FoldvoxError } from "../errors.ts";
import { isUrl } from "../kinds.ts";
import type { ModelHeader } from "../model/header.ts";
import { ModelLoader } from "../model/loader.ts";
import { chunksOf, type ModelSource } from "../model/source.ts";
import { streamUrl, toUrl } from "../platform.ts";
import { untilAborted } from "./abort.ts";
import { defaultCache } from "./default-cache.ts";
import { ModelDownload } from "./model-download.ts";

/** How far the loading of a model is. */
export interface LoadProgress {
  /** Bytes of the model that have arrived, those from the cache included. */
  readonly loadedBytes: number;
  /** Bytes of the whole file; null until its header has arrived. */
  readonly totalBytes: number | null;
}

/** How a model is loaded. */
export interface LoadOptions {
  /**
   * What to do with models from http(s) URLs. default: keep them, ask the server whether they are still the same (without a
   * network they count as such), and go on with downloads that broke off. reload: download, and keep. no-store: neither.
   */
  readonly cache?: "default" | "reload" | "no-store";
  /** Is told as bytes arrive. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** The most WebAssembly memory that the recognizer may take. Checked before the weights are downloaded. */
  readonly maxBytes?: number;
  /** Ends loading; the promise is then rejected with the signal's reason, an AbortError unless another was given. */
  readonly signal?: AbortSignal;
}

/** An arena for the model, which must fit in maxBytes. Errors: out-of-memory. */
export function placeTensors(loader: ModelLoader, header: ModelHeader, size: ArenaNeeds, maxBytes?: number): Arena {
  const needed = arenaBytes(header, size);
  if (maxBytes !== undefined && needed > maxBytes) {
    throw new FoldvoxError(
      "out-of-memory",
      `The model needs ${needed} bytes of WebAssembly memory, more than the ${maxBytes} of maxBytes. Use a smaller model or fewer streams.`,
    );
  }
  const arena = new Arena(header, size);
  loader.place((tensor) => arena.destination(tensor));
  return arena;
}

/** Runs all chunks into an arena. Errors: those of ModelLoader, of the source, and out-of-memory. */
async function fill(chunks: AsyncIterable<Uint8Array>, options: LoadOptions, size: ArenaNeeds): Promise<Arena> {
  const loader = new ModelLoader();
  let arena: Arena | null = null;
  let loadedBytes = 0;
  for await (const chunk of untilAborted(chunks, options.signal)) {
    loader.push(chunk);
    if (!arena && loader.header) arena = placeTensors(loader, loader.header, size, options.maxBytes);
    loadedBytes += chunk.length;
    options.onProgress?.({ loadedBytes, totalBytes: loader.header?.fileBytes ?? null });
  }
  loader.finish();
  return arena!;
}

/** Bytes that are not, or no longer, a model: what a cache holds of them is worthless. */
const isBroken = (error: unknown) => error instanceof FoldvoxError && /^(bad-model|model-)/.test(error.code);

async function download(url: URL, options: LoadOptions, size: ArenaNeeds, reload: boolean): Promise<Arena> {
  const { signal, cache } = options;
  const source = new ModelDownload(url, {
    signal,
    cache: cache === "no-store" ? null : defaultCache(),
    reload,
    fetch: globalThis.fetch.bind(globalThis),
    retryMs: 500,
  });
  let again = false;
  try {
    const arena = await fill(source.bytes(), options, size);
    await source.keep();
    return arena;
  } catch (error) {
    const damaged = isBroken(error) || (source.usedCache && error instanceof FoldvoxError && error.code === "io");
    if (damaged) await source.forget();
    // Once more without what was kept: it may have been damaged on the disk.
    again = damaged && source.usedCache && !reload;
    if (!again) throw error;
  } finally {
    await source.close();
  }
  return download(url, options, size, true);
}

/** Loads a model. Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory, io, bad-argument. */
export async function loadArena(
  model: string | URL | ModelSource,
  options: LoadOptions,
  size: ArenaNeeds,
): Promise<Arena> {
  const { cache = "default", maxBytes, signal } = options;
  if (!["default", "reload", "no-store"].includes(cache)) {
    throw new FoldvoxError("bad-argument", `cache is "${cache}"; give "default", "reload" or "no-store".`);
  }
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    throw new FoldvoxError("bad-argument", `maxBytes is ${maxBytes}; give a number of bytes.`);
  }
  signal?.throwIfAborted();
  if (typeof model !== "string" && !isUrl(model)) return fill(chunksOf(model, signal), options, size);
  const url = toUrl(model);
  if (!/^https?:$/.test(url.protocol)) return fill(streamUrl(url), options, size);
  return download(url, options, size, cache === "reload");
}
