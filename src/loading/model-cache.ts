// The interface of a cache of downloaded models. Each URL has an entry: a whole model, and the beginning of a newer one. folder-cache.ts and
// browser-cache.ts implement it.

/** The server's description of the cached file. */
export interface Origin {
  /** ETag, or date of last change; null if the server gave neither. */
  readonly validator: string | null;
  readonly totalBytes: number | null;
}

/** Cached bytes. */
export interface Kept {
  readonly origin: Origin;
  readonly bytes: number;
  /** In pieces that are valid until the next one is requested. */
  read(): AsyncIterable<Uint8Array>;
}

/** The cache's entry of a URL. */
export interface CacheEntry {
  /** A model that was checked when it was cached, or null. It stays until another has been checked. */
  readonly whole: Kept | null;
  /** The beginning of a download, which can be resumed, or null. */
  readonly part: Kept | null;
  /** Starts a part anew. */
  begin(origin: Origin): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** The part is complete and has been checked; it replaces the whole. */
  finish(): Promise<void>;
  dropPart(): Promise<void>;
  dropWhole(): Promise<void>;
  /** Releases the entry for others. Its bytes stay. */
  close(): Promise<void>;
}

/** Kept bytes by URL. */
export interface ModelCache {
  /**
   * Opens the entry of a URL; null if somebody else is filling it. An entry that somebody else has open can only be read, and has no part.
   */
  open(url: string): Promise<CacheEntry | null>;
}

/** Checks a stored origin; null if it is not one. */
export function readOrigin(value: unknown): Origin | null {
  const { validator, totalBytes } = (value ?? {}) as Record<string, unknown>;
  if (validator !== null && typeof validator !== "string") return null;
  if (totalBytes !== null && !(Number.isSafeInteger(totalBytes) && (totalBytes as number) >= 0)) return null;
  return { validator, totalBytes: totalBytes as number | null };
}
