// Reads the bytes of a file from any source; through the cache if the source is a server.

import { FoldvoxError, shown } from "../errors.ts";
import { isUrl } from "../kinds.ts";
import { chunksOf, type ModelSource } from "../model/source.ts";
import { shownUrl, streamUrl, toUrl } from "../platform.ts";
import { untilAborted } from "./abort.ts";
import { defaultCache } from "./default-cache.ts";
import { downloadModel, isBroken } from "./model-download.ts";

/** Options of reading. */
export interface ReadOptions {
  readonly cache?: "default" | "reload" | "no-store" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Takes all chunks of a file, once, and checks them. */
export type Consume<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>;

function download<T>(url: URL, { signal, cache }: ReadOptions, consume: Consume<T>): Promise<T> {
  const how = {
    signal,
    cache: cache === "no-store" ? null : defaultCache(),
    reload: cache === "reload",
    fetch: globalThis.fetch.bind(globalThis),
    retryMs: 500,
    askMs: 5000,
    stallMs: 30_000,
  };
  return downloadModel(url, how, consume);
}

/**
 * Reads a source. `consume` is called a second time if the cached bytes turn out to be damaged.
 * Errors: io, bad-argument, those of `consume`; the signal's reason if it aborts.
 */
export async function readSource<T>(
  source: string | URL | ModelSource,
  options: ReadOptions,
  consume: Consume<T>,
): Promise<T> {
  const { cache = "default", signal } = options;
  if (!["default", "reload", "no-store"].includes(cache)) {
    throw new FoldvoxError("bad-argument", `cache is ${shown(cache)}; give "default", "reload" or "no-store".`);
  }
  signal?.throwIfAborted();
  if (typeof source !== "string" && !isUrl(source)) return consume(untilAborted(chunksOf(source, signal), signal));
  const url = toUrl(source);
  try {
    if (/^https?:$/.test(url.protocol)) return await download(url, options, consume);
    return await consume(untilAborted(streamUrl(url), signal));
  } catch (cause) {
    if (!isBroken(cause)) throw cause;
    const { code, message } = cause as FoldvoxError;
    throw new FoldvoxError(code, `${shownUrl(url)}: ${message}`, { cause });
  }
}
