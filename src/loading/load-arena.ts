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
import { downloadModel } from "./model-download.ts";

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

/** Runs all chunks into an arena. Errors: those of ModelLoader, of the source, and out-of-memory; the signal's reason. */
async function fill(chunks: AsyncIterable<Uint8Array>, options: LoadOptions, size: ArenaNeeds): Promise<Arena> {
  const loader = new ModelLoader();
  let arena: Arena | null = null;
  let loadedBytes = 0;
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    loader.push(chunk);
    if (!arena && loader.header) arena = placeTensors(loader, loader.header, size, options.maxBytes);
    loadedBytes += chunk.length;
    options.onProgress?.({ loadedBytes, totalBytes: loader.header?.fileBytes ?? null });
  }
  loader.finish();
  return arena!;
}

function download(url: URL, options: LoadOptions, size: ArenaNeeds): Promise<Arena> {
  const { signal, cache } = options;
  const how = {
    signal,
    cache: cache === "no-store" ? null : defaultCache(),
    reload: cache === "reload",
    fetch: globalThis.fetch.bind(globalThis),
    retryMs: 500,
    askMs: 5000,
    stallMs: 30_000,
  };
  return downloadModel(url, how, (bytes) => fill(bytes, options, size));
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
  if (typeof model !== "string" && !isUrl(model)) {
    return fill(untilAborted(chunksOf(model, signal), signal), options, size);
  }
  const url = toUrl(model);
  if (/^https?:$/.test(url.protocol)) return download(url, options, size);
  return fill(untilAborted(streamUrl(url), signal), options, size);
}
