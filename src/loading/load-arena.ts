// Loads a model from any source into an arena. Tensors go to their places as bytes arrive, so there is never a second copy of the
// weights.

import { arenaBytes } from "../engine/arena.ts";
import { Arena, type ArenaNeeds } from "../engine/arena-memory.ts";

import { FoldvoxError, shown } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import { ModelLoader } from "../model/loader.ts";
import { type ModelSource, sizeOf } from "../model/source.ts";
import { readSource } from "./read-source.ts";

/** Progress of loading a model. */
export interface LoadProgress {
  /** Bytes that have arrived, including those from the cache. */
  readonly loadedBytes: number;
  /** Bytes of the whole file; null until its header has arrived. */
  readonly totalBytes: number | null;
}

/** How a model is loaded. */
export interface LoadOptions {
  /**
   * Caching of models from http(s) URLs. default: caches them, asks the server whether they have changed (without a network they count as
   * unchanged), and resumes interrupted downloads. reload: downloads and caches. no-store: downloads without caching.
   */
  readonly cache?: "default" | "reload" | "no-store";
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** The most WebAssembly memory that the recognizer may take. Checked before the weights are downloaded. */
  readonly maxBytes?: number;
  /** Aborts loading. The promise then rejects with the signal's reason, by default an AbortError. */
  readonly signal?: AbortSignal;
}

/** Memory that a model may take besides its weights, for one stream: many times that of any trained model. */
const MOST_UNPAID_BYTES = 64 << 20;

/** Facts about a model's bytes before all have arrived, and the most memory that the model may take. */
export interface PlacementLimits {
  readonly maxBytes?: number | undefined;
  /** Bytes of the source, if known. */
  readonly sourceBytes?: number | undefined;
}

/**
 * Makes an arena for the model, which must fit in maxBytes. Without maxBytes, the header may claim memory in proportion to the file's
 * weights, and a little more. Errors: out-of-memory, model-truncated.
 */
export function placeTensors(
  loader: ModelLoader,
  header: ModelHeader,
  size: ArenaNeeds,
  limits: PlacementLimits,
): Arena {
  const { maxBytes, sourceBytes } = limits;
  if (sourceBytes !== undefined && sourceBytes < header.fileBytes) {
    throw new FoldvoxError(
      "model-truncated",
      `The model ends after ${sourceBytes} of ${header.fileBytes} bytes. Download or copy it again.`,
    );
  }
  const { shared: _, ...counts } = size;
  const needed = arenaBytes(header, counts);
  const unpaid = arenaBytes(header) - 2 * header.dataBytes;
  if (maxBytes === undefined && unpaid > MOST_UNPAID_BYTES) {
    throw new FoldvoxError(
      "out-of-memory",
      `The model asks for ${arenaBytes(header)} bytes of memory with ${header.dataBytes} bytes of weights, far more than models need. If it is meant to, give maxBytes.`,
    );
  }
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
 * Loads a model. `onHeader` gets the header before the weights have arrived; a second time if the cached file was damaged.
 * Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory, io, bad-argument; the signal's reason.
 */
export async function loadArena(
  model: string | URL | ModelSource,
  options: LoadOptions,
  size: ArenaNeeds,
  onHeader: (header: ModelHeader) => void = () => {},
): Promise<Arena> {
  const { maxBytes, signal } = options;
  if (maxBytes !== undefined && !(typeof maxBytes === "number" && maxBytes > 0)) {
    throw new FoldvoxError("bad-argument", `maxBytes is ${shown(maxBytes)}; give a number of bytes.`);
  }
  const limits = { maxBytes, sourceBytes: sizeOf(model) };
  return readSource(model, options, async (chunks) => {
    const loader = new ModelLoader();
    let arena: Arena | null = null;
    let loadedBytes = 0;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      loader.push(chunk);
      if (!arena && loader.header) {
        arena = placeTensors(loader, loader.header, size, limits);
        onHeader(loader.header);
      }
      loadedBytes += chunk.length;
      options.onProgress?.({ loadedBytes, totalBytes: loader.header?.fileBytes ?? null });
    }
    loader.finish();
    return arena!;
  });
}
