// A model from wherever it is into an arena: tensors go there one by one as bytes arrive, so that no second copy of the
// weights ever exists.

import { arenaBytes } from "../engine/arena.ts";
import { Arena, type ArenaNeeds } from "../engine/arena-memory.ts";

import { FoldvoxError, shown } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import { ModelLoader } from "../model/loader.ts";
import { type ModelSource, sizeOf } from "../model/source.ts";
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

/** Memory that a model may ask for beside its weights, for one stream: many times what those have that were ever trained. */
const MOST_UNPAID_BYTES = 64 << 20;

/** What is known of a model's bytes before they have all come, and the most memory that they may ask for. */
export interface PlacementLimits {
  readonly maxBytes?: number | undefined;
  /** Bytes of the source, where it tells. */
  readonly sourceBytes?: number | undefined;
}

/**
 * An arena for the model, which must fit in maxBytes. Without that, what a file says is trusted as far as it pays with weights,
 * and a little more. Errors: out-of-memory, model-truncated.
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
