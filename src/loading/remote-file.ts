// A file on a server that may be slow, wrong, or interrupted: the server's description of the file, and its bytes from an offset on.

import { FoldvoxError } from "../errors.ts";
import { shownUrl } from "../platform.ts";
import { pause, within } from "./abort.ts";
import type { Origin } from "./model-cache.ts";

/** Timing of requests. */
export interface RemoteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly fetch: typeof fetch;
  /** Milliseconds before the first new attempt; each further one waits twice as long. */
  readonly retryMs: number;
  /** Milliseconds in which the server must say whether its file is unchanged. */
  readonly askMs: number;
  /** Milliseconds until an answer must begin, and most milliseconds between its bytes. */
  readonly stallMs: number;
}

/** Most attempts in a row without a new byte. */
const MOST_ATTEMPTS = 5;
/** Most attempts in all: a server might send a file byte by byte. */
const MOST_ANSWERS = 1000;

/** Statuses that mean "not now". */
const isPassing = (status: number) => status >= 500 || status === 408 || status === 425 || status === 429;

/** Node's fetch gives the reason of a failure only in its cause. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}

/** Failures that another attempt would not change: an unknown host, a bad certificate, circular redirects. */
function isHopeless(cause: unknown): boolean {
  const inner = (cause as Error | undefined)?.cause as { code?: unknown; message?: unknown } | undefined;
  const code = String(inner?.code ?? "");
  if (/^(ENOTFOUND|HPE_|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return true;
  return /redirect|scheme|bad port|certificate|dns error/i.test(reasonOf(cause));
}

/** Weak and strong forms of a tag count as equal, because the checksum decides in the end. */
const plain = (validator: string | null) => validator?.replace(/^W\//, "") ?? null;

/** Whether both may describe the same file: a missing field contradicts nothing. */
export function agree(a: Origin, b: Origin): boolean {
  const sameTag = a.validator === null || b.validator === null || plain(a.validator) === plain(b.validator);
  return sameTag && (a.totalBytes === null || b.totalBytes === null || a.totalBytes === b.totalBytes);
}

function originOf(response: Response): Origin {
  const encoded = (response.headers.get("content-encoding") ?? "identity") !== "identity";
  const length = response.headers.get("content-length");
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  const told = range ? Number(range[1]) : response.status === 200 && length ? Number(length) : Number.NaN;
  return {
    validator: response.headers.get("etag") ?? response.headers.get("last-modified"),
    // Length and offsets of a compressed answer are not those of the file.
    totalBytes: !encoded && Number.isSafeInteger(told) && told >= 0 ? told : null,
  };
}

/** Whether CORS lets the page send any header to that server. Outside pages there is no CORS. */
function isOwnOrigin(url: URL): boolean {
  const page = (globalThis as { location?: { origin?: string } }).location;
  return page?.origin === undefined || page.origin === url.origin;
}

/** Offset of an answer's bytes in the file; null if it gives none. */
function startOf(response: Response): number | null {
  if (response.status === 416) return null;
  if (response.status !== 206) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return range && Number(range[1]);
}

/** A beginning of the file that is already here. */
export interface Beginning {
  readonly origin: Origin;
  readonly bytes: number;
}

/** Listener to a file's bytes as they are read. */
export interface Reader {
  /** The bytes already here; they are still the file's beginning. */
  readonly beginning: () => AsyncIterable<Uint8Array>;
  /** The file is read from its start. */
  readonly anew: (origin: Origin) => Promise<void>;
  /** New bytes have arrived. */
  readonly fresh: (bytes: Uint8Array) => Promise<void>;
}

/** A file at a URL. */
export class RemoteFile {
  private readonly url: URL;
  private readonly options: RemoteOptions;

  constructor(url: URL, options: RemoteOptions) {
    this.url = url;
    this.options = options;
  }

  /** Whether the server's file is unchanged. Without a network, or a timely answer, it counts as unchanged. */
  async isStill(origin: Origin): Promise<boolean> {
    const { askMs, signal, fetch } = this.options;
    try {
      const response = await within(askMs, signal, (signal) => fetch(this.url, { method: "HEAD", signal }));
      return !response.ok || agree(origin, originOf(response));
    } catch {
      signal?.throwIfAborted();
      return true;
    }
  }

  /**
   * All bytes, once, in chunks that are valid until the next one is requested. Resumes broken connections. `kept` is a beginning of the
   * file, which is used if the server's file still has it. Errors: io; the signal's reason if it aborts.
   */
  async *read(kept: Beginning | null, reader: Reader): AsyncGenerator<Uint8Array> {
    const { signal, retryMs } = this.options;
    let origin = kept?.origin ?? null;
    /** Bytes handed out so far, or to be handed out from what is kept. */
    let at = kept?.bytes ?? 0;
    let isStarted = false;
    let attempts = 0;
    for (let answers = 0; answers < MOST_ANSWERS; answers++) {
      try {
        const response = await this.request(at, origin);
        const answered = originOf(response);
        const start = startOf(response);
        const goesOn = start === at && origin !== null && agree(origin, answered);
        const isWhole = start === 0 && (!isStarted || agree(origin!, answered));
        if (!goesOn && !isWhole) {
          await response.body?.cancel();
          // Chunks that were yielded cannot be taken back. Kept bytes can be ignored.
          if (isStarted || at === 0) throw this.unreadable("it changed, or cannot be resumed, on the way");
          origin = null;
          at = 0;
          continue;
        }
        let needless = goesOn || !isStarted ? 0 : at;
        if (!isStarted && goesOn && at > 0) {
          isStarted = true;
          yield* reader.beginning();
        } else if (!isStarted) {
          isStarted = true;
          origin = answered;
          at = 0;
          await reader.anew(answered);
        }
        for await (const bytes of this.body(response)) {
          const skipped = Math.min(needless, bytes.length);
          needless -= skipped;
          const fresh = bytes.subarray(skipped);
          if (fresh.length === 0) continue;
          await reader.fresh(fresh);
          at += fresh.length;
          attempts = 0;
          yield fresh;
        }
        if (origin!.totalBytes === null || at >= origin!.totalBytes) return;
        throw new Error(`the connection closed after ${at} of ${origin!.totalBytes} bytes`);
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof FoldvoxError) throw cause;
        if (++attempts >= MOST_ATTEMPTS || isHopeless(cause)) throw this.unreadable(reasonOf(cause), cause);
      }
      await pause(retryMs * 2 ** (attempts - 1), signal);
    }
    throw this.unreadable(`the connection closed ${MOST_ANSWERS} times`);
  }

  /** An answer with a body, or one that says that there is no such range. */
  private async request(from: number, origin: Origin | null): Promise<Response> {
    const { fetch, signal, stallMs } = this.options;
    const headers: Record<string, string> = {};
    if (from > 0 && origin?.totalBytes != null) {
      headers.range = `bytes=${from}-`;
      // A weak tag does not promise identical bytes. If-Range is not sent to other origins, which must permit the header.
      if (origin.validator && !origin.validator.startsWith("W/") && isOwnOrigin(this.url)) {
        headers["if-range"] = origin.validator;
      }
    }
    const response = await within(stallMs, signal, (signal) => fetch(this.url, { headers, signal }));
    const { status } = response;
    if ((status === 200 || status === 203 || status === 206) && response.body) return response;
    await response.body?.cancel();
    // The range is at fault. Where none was asked for it is a refusal like others, and asking again would change nothing.
    if (status === 416 && headers.range) return response;
    const answer = `the server answered ${status}`;
    if (isPassing(status)) throw new Error(answer);
    throw this.unreadable(answer);
  }

  private async *body(response: Response): AsyncGenerator<Uint8Array> {
    const { signal, stallMs } = this.options;
    const reader = response.body!.getReader();
    try {
      while (true) {
        const { done, value } = await within(stallMs, signal, () => reader.read());
        if (done) return;
        yield value;
      }
    } finally {
      // Not awaited: it may wait for the server.
      reader.cancel().catch(() => {});
    }
  }

  private unreadable(reason: string, cause?: unknown): FoldvoxError {
    return new FoldvoxError("io", `${shownUrl(this.url)} could not be read: ${reason}.`, { cause });
  }
}
