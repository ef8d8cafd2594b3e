// Where downloaded models are kept: an entry a URL, which grows while the download goes on, so that a broken one can go on
// later. The platform's own kind is in folder-cache.ts and browser-cache.ts.

/** What the server said of the file whose bytes are kept. */
export interface Origin {
  /** ETag, or date of last change; null if it told neither. */
  readonly validator: string | null;
  readonly totalBytes: number | null;
}

export interface CacheEntry {
  /** Of the bytes that are kept; null if there are none. */
  readonly origin: Origin | null;
  readonly bytes: number;
  readonly complete: boolean;
  /** The bytes that are kept, in pieces that last until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** Drops what is kept and starts anew. */
  begin(origin: Origin): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** All bytes are there and have been checked. */
  finish(): Promise<void>;
  drop(): Promise<void>;
  /** Lets others use the entry; what is kept stays. */
  close(): Promise<void>;
}

export interface ModelCache {
  /** The entry of a URL; null if somebody else is filling it. One that somebody else has open can only be read. */
  open(url: string): Promise<CacheEntry | null>;
}
