// The model cache in a browser's Cache API. A response cannot grow, so cached bytes are a series of pieces under URLs of our own. One more
// response describes the entry; replacing it turns a part into the whole.

import { joined } from "../bytes.ts";
import { sha256 } from "../model/sha256.ts";
import { type CacheEntry, type Kept, type ModelCache, type Origin, readOrigin } from "./model-cache.ts";

const CACHE_NAME = "foldvox-models";
/** Size of a piece. Each piece costs a response's overhead, and a broken download loses at most one. */
const PIECE_BYTES = 1 << 20;

/** Pieces that belong together: their name among the entry's, and how many there are. */
interface Row {
  readonly name: string;
  readonly pieces: number;
  readonly bytes: number;
  readonly origin: Origin;
}

function readRow(value: unknown): Row | null {
  const { name, pieces, bytes, origin } = (value ?? {}) as Record<string, unknown>;
  const read = readOrigin(origin);
  const isRow = typeof name === "string" && Number.isSafeInteger(pieces) && Number.isSafeInteger(bytes);
  return isRow && read ? { name, pieces: pieces as number, bytes: bytes as number, origin: read } : null;
}

class BrowserEntry implements CacheEntry {
  private readonly cache: Cache;
  private readonly digest: string;
  private readonly release: (() => void) | null;
  private wholeRow: Row | null = null;
  private partRow: Row | null = null;
  private waiting: Uint8Array = new Uint8Array(0);

  /** `release` gives the lock back; null if somebody else holds it, and the entry can only be read. */
  constructor(cache: Cache, digest: string, release: (() => void) | null) {
    this.cache = cache;
    this.digest = digest;
    this.release = release;
  }

  get whole(): Kept | null {
    return this.wholeRow && this.kept(this.wholeRow);
  }

  get part(): Kept | null {
    return this.partRow && this.kept(this.partRow);
  }

  async look(): Promise<void> {
    const found = await this.cache.match(this.key("entry"));
    const { whole, part } = (await found?.json().catch(() => null)) ?? {};
    this.wholeRow = readRow(whole);
    this.partRow = this.release ? readRow(part) : null;
  }

  async begin(origin: Origin): Promise<void> {
    await this.dropPart();
    await this.describe(this.wholeRow, { name: Math.random().toString(36).slice(2), pieces: 0, bytes: 0, origin });
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.owned();
    const row = this.partRow!;
    this.waiting = joined(this.waiting, bytes);
    this.partRow = { ...row, bytes: row.bytes + bytes.length };
    if (this.waiting.length >= PIECE_BYTES) await this.flush();
  }

  async finish(): Promise<void> {
    await this.flush();
    const before = this.wholeRow;
    await this.describe(this.partRow, null);
    await this.removePieces(before);
  }

  async dropPart(): Promise<void> {
    this.waiting = new Uint8Array(0);
    if (!this.partRow) return;
    // Delete the pieces first: if the storage is full, nothing can be written before.
    await this.removePieces(this.partRow);
    await this.describe(this.wholeRow, null);
  }

  async dropWhole(): Promise<void> {
    await this.removePieces(this.wholeRow);
    await this.describe(null, this.partRow);
  }

  async close(): Promise<void> {
    try {
      if (this.release && this.waiting.length > 0) await this.flush();
    } finally {
      this.release?.();
    }
  }

  private kept(row: Row): Kept {
    return { origin: row.origin, bytes: row.bytes, read: () => this.read(row) };
  }

  private async *read({ name, pieces }: Row): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < pieces; piece++) {
      const found = await this.cache.match(this.key(`${name}-${piece}`));
      if (!found) throw new Error(`piece ${piece} of ${pieces} is gone from the cache`);
      yield new Uint8Array(await found.arrayBuffer());
    }
  }

  private async flush(): Promise<void> {
    const row = this.partRow!;
    if (this.waiting.length === 0) return;
    await this.cache.put(this.key(`${row.name}-${row.pieces}`), new Response(this.waiting as Uint8Array<ArrayBuffer>));
    this.waiting = new Uint8Array(0);
    await this.describe(this.wholeRow, { ...row, pieces: row.pieces + 1 });
  }

  private async describe(whole: Row | null, part: Row | null): Promise<void> {
    this.owned();
    if (whole || part) await this.cache.put(this.key("entry"), Response.json({ whole, part }));
    else await this.cache.delete(this.key("entry"));
    this.wholeRow = whole;
    this.partRow = part;
  }

  private async removePieces(row: Row | null): Promise<void> {
    if (!row) return;
    for (let piece = 0; piece < row.pieces; piece++) await this.cache.delete(this.key(`${row.name}-${piece}`));
  }

  private owned(): void {
    if (!this.release) throw new Error("another page is using the entry");
  }

  /** URLs that are never requested from a server, and that do not reveal the model's own URL, which may be secret. */
  private key(name: string): string {
    return `https://foldvox.invalid/${this.digest}/${name}`;
  }
}

/** Models in a browser's cache storage. */
export class BrowserCache implements ModelCache {
  private readonly storage: CacheStorage;
  private readonly inUse = new Set<string>();

  constructor(storage: CacheStorage) {
    this.storage = storage;
  }

  async open(url: string): Promise<CacheEntry | null> {
    const digest = sha256()
      .update(new TextEncoder().encode(url.replace(/#.*/s, "")))
      .digestHex();
    const release = await this.lock(digest);
    try {
      const entry = new BrowserEntry(await this.storage.open(CACHE_NAME), digest, release);
      await entry.look();
      if (release || entry.whole) return entry;
    } catch (error) {
      release?.();
      throw error;
    }
    return null;
  }

  /** Null if somebody else, here or in another tab, has the entry open. */
  private async lock(digest: string): Promise<(() => void) | null> {
    if (this.inUse.has(digest)) return null;
    this.inUse.add(digest);
    const release = await lockAcrossTabs(digest);
    if (!release) {
      this.inUse.delete(digest);
      return null;
    }
    return () => {
      this.inUse.delete(digest);
      release();
    };
  }
}

/**
 * Other tabs and workers share the cache; Web Locks keep them apart where there are any, and where they may be used. Null if
 * another holds it.
 */
async function lockAcrossTabs(digest: string): Promise<(() => void) | null> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => {};
  return new Promise((resolve) => {
    locks
      .request(`foldvox ${digest}`, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(() => {}));
  });
}
