// The model at a URL: from the cache if the server still has the same file; or by resuming an interrupted download; or downloaded anew. A
// cached model stays until another has been checked, and is used if the new file turns out to be no model.

import { FoldvoxError } from "../errors.ts";
import { shownUrl } from "../platform.ts";
import { settledWithin, unlessAborted } from "./abort.ts";
import type { CacheEntry, Kept, ModelCache } from "./model-cache.ts";
import { type Reader, RemoteFile, type RemoteOptions, reasonOf } from "./remote-file.ts";

/** How a model is downloaded. */
export interface DownloadOptions extends RemoteOptions {
  /** The cache; null to cache nothing. */
  readonly cache: ModelCache | null;
  /** Downloads even if the cache holds the model. */
  readonly reload: boolean;
}

/** Uses a model's bytes. Throws bad-model or a model-... error if they are no model. */
export type Use<T> = (bytes: AsyncIterable<Uint8Array>) => Promise<T>;

/** How long an abort waits until files and locks are released, so that the next load finds them free. */
const MOST_MS_TO_LET_GO = 1000;

/** Whether the error means that these bytes are not, or no longer, a foldvox model. */
export const isBroken = (error: unknown) => error instanceof FoldvoxError && /^(bad-model|model-)/.test(error.code);

const isUnreadable = (error: unknown) => error instanceof FoldvoxError && error.code === "io";

/**
 * Downloads a model or finds it in the cache, and calls `use`; more than once, if the first bytes turn out to be no model.
 * Errors: those of the last use, io; the signal's reason as soon as it aborts.
 */
export async function downloadModel<T>(url: URL, options: DownloadOptions, use: Use<T>): Promise<T> {
  const running = new ModelDownload(url, options, use).run();
  try {
    return await unlessAborted(running, options.signal);
  } catch (error) {
    await settledWithin(MOST_MS_TO_LET_GO, running);
    throw error;
  }
}

/** One download, step by step. It opens the cache's entry, and closes it in any case. */
class ModelDownload<T> {
  private readonly url: URL;
  private readonly options: DownloadOptions;
  private readonly use: Use<T>;
  private readonly remote: RemoteFile;
  private entry: CacheEntry | null = null;
  /** Whether reading from the cache has failed. */
  private isLost = false;

  constructor(url: URL, options: DownloadOptions, use: Use<T>) {
    this.url = url;
    this.options = options;
    this.use = use;
    this.remote = new RemoteFile(url, options);
  }

  async run(): Promise<T> {
    // A cache that does not work, as in a private window, counts as no cache.
    this.entry = (await this.options.cache?.open(this.url.href).catch(() => null)) ?? null;
    try {
      return await this.keptOrNew();
    } finally {
      await this.entry?.close().catch(() => {});
    }
  }

  private async keptOrNew(): Promise<T> {
    const whole = this.options.reload ? null : (this.entry?.whole ?? null);
    if (!whole) return this.resumedOrNew();
    if (await this.remote.isStill(whole.origin)) {
      try {
        return await this.use(this.kept(whole));
      } catch (error) {
        if (!isBroken(error) && !this.isLost) throw error;
      }
      await this.tryOn((entry) => entry.dropWhole());
      return this.resumedOrNew();
    }
    try {
      return await this.resumedOrNew();
    } catch (error) {
      if (!isBroken(error) && !isUnreadable(error)) throw error;
      // The server's file is no model, or is not available; the cached one still is.
      try {
        return await this.use(this.kept(whole));
      } catch (older) {
        throw isBroken(older) || isUnreadable(older) ? error : older;
      }
    }
  }

  private async resumedOrNew(): Promise<T> {
    const part = this.options.reload ? null : (this.entry?.part ?? null);
    if (part && part.bytes > 0) {
      try {
        const isAll = part.bytes === part.origin.totalBytes;
        if (!isAll) return await this.used(this.remote.read(part, this.reader(part)));
        if (await this.remote.isStill(part.origin)) return await this.used(this.kept(part));
      } catch (error) {
        // Parts of two files may have been mixed, or one was damaged on disk.
        if (!isBroken(error) && !this.isLost) throw error;
      }
    }
    return this.used(this.remote.read(null, this.reader(null)));
  }

  /** Uses the bytes. If they are a model, the cache keeps them; otherwise it drops them. */
  private async used(bytes: AsyncIterable<Uint8Array>): Promise<T> {
    this.isLost = false;
    try {
      const result = await this.use(bytes);
      await this.tryOn((entry) => entry.finish());
      return result;
    } catch (error) {
      if (isBroken(error) || this.isLost) await this.tryOn((entry) => entry.dropPart());
      throw error;
    }
  }

  private reader(part: Kept | null): Reader {
    // A cache that fails, as when the disk is full, must not fail the download.
    let isWriting = this.entry !== null;
    const write = async (action: (entry: CacheEntry) => Promise<void>) => {
      if (isWriting) isWriting = await this.tryOn(action);
    };
    return {
      beginning: () => this.kept(part!),
      anew: (origin) => write((entry) => entry.begin(origin)),
      fresh: (bytes) => write((entry) => entry.append(bytes)),
    };
  }

  private async *kept(kept: Kept): AsyncGenerator<Uint8Array> {
    const { signal } = this.options;
    try {
      for await (const bytes of kept.read()) {
        signal?.throwIfAborted();
        yield bytes;
      }
    } catch (cause) {
      signal?.throwIfAborted();
      this.isLost = true;
      const message = `${shownUrl(this.url)} could not be read from the cache: ${reasonOf(cause)}.`;
      throw new FoldvoxError("io", message, { cause });
    }
  }

  /** Does it to the cache's entry, if there is one; false if that fails, and then the part is given up. */
  private async tryOn(action: (entry: CacheEntry) => Promise<void>): Promise<boolean> {
    const { entry } = this;
    if (!entry) return false;
    try {
      await action(entry);
      return true;
    } catch {
      await entry.dropPart().catch(() => {});
      return false;
    }
  }
}
