// Where downloaded models are kept: an entry a URL, with a whole model, and with what has come of a newer one. The platform's own
// kind is in folder-cache.ts and browser-cache.ts.

/** What the server said of the file whose bytes are kept. */
export interface Origin {
  /** ETag, or date of last change; null if it told neither. */
  readonly validator: string | null;
  readonly totalBytes: number | null;
}

/** Bytes that are kept. */
export interface Kept {
  readonly origin: Origin;
  readonly bytes: number;
  /** They come in pieces that last until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
}

/** What is kept of a URL. */
export interface CacheEntry {
  /** A model that was checked when it was put there; null if there is none. It stays until another has been checked. */
  readonly whole: Kept | null;
  /** The beginning of a download, which may go on; null if there is none. */
  readonly part: Kept | null;
  /** Starts a part anew. */
  begin(origin: Origin): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** All bytes of the part are there and have been checked: it takes the place of the whole. */
  finish(): Promise<void>;
  dropPart(): Promise<void>;
  dropWhole(): Promise<void>;
  /** Lets others use the entry; what is kept stays. */
  close(): Promise<void>;
}

/** Kept bytes by URL. */
export interface ModelCache {
  /**
   * The entry of a URL; null if somebody else is filling it. One that somebody else has open can only be read, and has no part.
   */
  open(url: string): Promise<CacheEntry | null>;
}

/** An origin as it was written down; null if it is none. */
export function readOrigin(value: unknown): Origin | null {
  const { validator, totalBytes } = (value ?? {}) as Record<string, unknown>;
  if (validator !== null && typeof validator !== "string") return null;
  if (totalBytes !== null && !(Number.isSafeInteger(totalBytes) && (totalBytes as number) >= 0)) return null;
  return { validator, totalBytes: totalBytes as number | null };
}
