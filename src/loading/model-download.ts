// The bytes of a model at a URL, as they arrive: from the cache where the server's file is still the same, with the rest of a
// download that broke off, and going on where the network fails.

import { FoldvoxError } from "../errors.ts";
import { pause, unlessAborted } from "./abort.ts";
import type { CacheEntry, ModelCache, Origin } from "./model-cache.ts";

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where to keep what arrives; null to keep nothing. */
  readonly cache: ModelCache | null;
  /** Downloads even what the cache holds. */
  readonly reload: boolean;
  readonly fetch: typeof fetch;
  /** Milliseconds before the first new attempt; each further one waits twice as long. */
  readonly retryMs: number;
}

/** Attempts without a single new byte. */
const MOST_ATTEMPTS = 5;

/** A server's answer that says no, rather than "not now". */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Node's fetch says only that it failed, and why in its cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}

/** Weak and strong forms of the same tag are the same bytes for us: the checksum has the last word. */
const plain = (validator: string | null) => validator?.replace(/^W\//, "") ?? null;

function originOf(response: Response): Origin {
  const encoded = (response.headers.get("content-encoding") ?? "identity") !== "identity";
  const length = response.headers.get("content-length");
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  return {
    validator: response.headers.get("etag") ?? response.headers.get("last-modified"),
    // Of a compressed answer neither length nor offsets are those of the file.
    totalBytes: encoded ? null : range ? Number(range[1]) : response.status === 200 && length ? Number(length) : null,
  };
}

/** Whether both may describe the same file: what one of them does not tell cannot contradict. */
function agree(a: Origin, b: Origin): boolean {
  const sameTag = a.validator === null || b.validator === null || plain(a.validator) === plain(b.validator);
  return sameTag && (a.totalBytes === null || b.totalBytes === null || a.totalBytes === b.totalBytes);
}

export class ModelDownload {
  private readonly url: URL;
  private readonly options: DownloadOptions;
  private entry: CacheEntry | null = null;
  /** Whether any of the bytes came from the cache. */
  usedCache = false;

  constructor(url: URL, options: DownloadOptions) {
    this.url = url;
    this.options = options;
  }

  /** All bytes, once, in chunks that last until the next is asked for. Errors: io; the signal's reason if it aborts. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { cache, reload } = this.options;
    // A cache that does not work, as in a private window, is none.
    this.entry = (await cache?.open(this.url.href).catch(() => null)) ?? null;
    if (reload) await this.forget();
    // What somebody else has open cannot be forgotten, but is not what was asked for.
    const kept = !reload && this.entry?.origin ? { origin: this.entry.origin, bytes: this.entry.bytes } : null;
    const isWhole = kept !== null && (this.entry!.complete || kept.bytes === kept.origin.totalBytes);
    if (kept && isWhole && (await this.isCurrent(kept.origin))) {
      yield* this.keptBytes();
      return;
    }
    if (isWhole) await this.forget();
    yield* this.download(isWhole ? null : kept);
  }

  /** The bytes have been checked: the cache may hand them out from now on. */
  async keep(): Promise<void> {
    await this.entry?.finish().catch(() => this.forget());
  }

  /** The bytes are no model: the cache forgets them. */
  async forget(): Promise<void> {
    await this.entry?.drop().catch(() => {});
  }

  /** To be called at the end in any case; what has arrived stays for the next time. */
  async close(): Promise<void> {
    await this.entry?.close().catch(() => {});
    this.entry = null;
  }

  private async *keptBytes(): AsyncGenerator<Uint8Array> {
    this.usedCache = true;
    try {
      for await (const bytes of this.entry!.read()) {
        this.options.signal?.throwIfAborted();
        yield bytes;
      }
    } catch (cause) {
      this.options.signal?.throwIfAborted();
      throw new FoldvoxError("io", `${this.url.href} could not be read from the cache: ${reasonOf(cause)}.`, { cause });
    }
  }

  /** Asks whether the server's file is still the one that is kept. Without a network, or an answer, it counts as such. */
  private async isCurrent(origin: Origin): Promise<boolean> {
    const { fetch, signal } = this.options;
    try {
      const response = await fetch(this.url, { method: "HEAD", ...(signal ? { signal } : {}) });
      return !response.ok || agree(origin, originOf(response));
    } catch {
      signal?.throwIfAborted();
      return true;
    }
  }

  private async *download(kept: { origin: Origin; bytes: number } | null): AsyncGenerator<Uint8Array> {
    const { signal, retryMs } = this.options;
    let origin = kept?.origin ?? null;
    /** Bytes handed out so far, or about to be from the cache. */
    let at = kept?.bytes ?? 0;
    let hasYielded = false;
    let attempts = 0;
    while (true) {
      try {
        const response = await this.request(at, origin);
        if (response.status === 416) {
          // What is kept is no beginning of the file any more.
          if (hasYielded) throw this.changed();
          origin = null;
          at = 0;
          continue;
        }
        let needless = 0;
        const answered = originOf(response);
        const goesOn = response.status === 206 && origin !== null && startsAt(response, at) && agree(origin, answered);
        if (goesOn && !hasYielded && at > 0) yield* this.keptBytes();
        if (!goesOn && hasYielded) {
          // From the start again: fine if it is the same file, for what has been handed out cannot be taken back.
          if (response.status !== 200 || !agree(origin!, answered)) throw this.changed();
          needless = at;
        }
        if (!goesOn && !hasYielded) {
          origin = answered;
          at = 0;
          await this.toCache((entry) => entry.begin(answered));
        }
        hasYielded = true;
        for await (const bytes of this.body(response)) {
          const skipped = Math.min(needless, bytes.length);
          needless -= skipped;
          const fresh = bytes.subarray(skipped);
          if (fresh.length === 0) continue;
          await this.toCache((entry) => entry.append(fresh));
          at += fresh.length;
          attempts = 0;
          yield fresh;
        }
        if (origin?.totalBytes == null || at >= origin.totalBytes) return;
        throw new Error(`the connection closed after ${at} of ${origin.totalBytes} bytes`);
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof FoldvoxError) throw cause;
        if (++attempts >= MOST_ATTEMPTS) {
          throw new FoldvoxError("io", `${this.url.href} could not be read: ${reasonOf(cause)}.`, { cause });
        }
      }
      await pause(retryMs * 2 ** (attempts - 1), signal);
    }
  }

  private async request(from: number, origin: Origin | null): Promise<Response> {
    const { fetch, signal } = this.options;
    const headers: Record<string, string> = {};
    if (from > 0 && origin?.totalBytes != null) {
      headers.range = `bytes=${from}-`;
      // A weak tag promises no identical bytes. Other origins are not asked: the header needs their permission.
      if (origin.validator && !origin.validator.startsWith("W/") && isOwnOrigin(this.url)) {
        headers["if-range"] = origin.validator;
      }
    }
    const response = await fetch(this.url, { headers, ...(signal ? { signal } : {}) });
    if (response.ok && response.body) return response;
    await response.body?.cancel();
    // The range is at fault. Where none was asked for it is a refusal like others, and asking again would change nothing.
    if (response.status === 416 && headers.range) return response;
    const answer = `the server answered ${response.status}`;
    if (!isRefusal(response.status)) throw new Error(answer);
    throw new FoldvoxError("io", `${this.url.href} could not be read: ${answer}.`);
  }

  private async *body(response: Response): AsyncGenerator<Uint8Array> {
    const reader = response.body!.getReader();
    try {
      while (true) {
        const { done, value } = await unlessAborted(reader.read(), this.options.signal);
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  /** A cache that fails, as when the disk is full, must not fail the download. */
  private async toCache(write: (entry: CacheEntry) => Promise<void>): Promise<void> {
    if (!this.entry) return;
    try {
      await write(this.entry);
    } catch {
      await this.forget();
      await this.close();
    }
  }

  private changed(): FoldvoxError {
    return new FoldvoxError(
      "io",
      `${this.url.href} changed, or cannot be resumed, while it was being downloaded. Load it again.`,
    );
  }
}

function startsAt(response: Response, offset: number): boolean {
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return range !== null && Number(range[1]) === offset;
}

/** Whether the page's rules let us send any header to that server. Outside pages there are none. */
function isOwnOrigin(url: URL): boolean {
  const page = (globalThis as { location?: { origin?: string } }).location;
  return page?.origin === undefined || page.origin === url.origin;
}
