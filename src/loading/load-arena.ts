// A model from wherever it is into an arena: tensors go there one by one as bytes arrive, so that no second copy of the
// weights ever exists.

import { arenaBytes } from "../engine/arena.ts";
import { Arena, type ArenaNeeds } from "../engine/arena-memory.ts";
import { FoldvoxError } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import { ModelLoader } from "../model/loader.ts";
import type { ModelSource } from "../model/source.ts";
import { readSource } from "./read-source.ts";

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

/**
 * Loads a model. `onHeader` is told what the model is before its weights have arrived, a second time if what a cache held was damaged.
 * Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory, io, bad-argument; the signal's reason.
 */
export async function loadArena(
  model: string | URL | ModelSource,
  options: LoadOptions,
  size: ArenaNeeds,
  onHeader: (header: ModelHeader) => void = () => {},
): Promise<Arena> {
  const { maxBytes, signal } = options;
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    throw new FoldvoxError("bad-argument", `maxBytes is ${maxBytes}; give a number of bytes.`);
  }
  return readSource(model, options, async (chunks) => {
    const loader = new ModelLoader();
    let arena: Arena | null = null;
    let loadedBytes = 0;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      loader.push(chunk);
      if (!arena && loader.header) {
        arena = placeTensors(loader, loader.header, size, maxBytes);
        onHeader(loader.header);
      }
      loadedBytes += chunk.length;
      options.onProgress?.({ loadedBytes, totalBytes: loader.header?.fileBytes ?? null });
    }
    loader.finish();
    return arena!;
  });
}
