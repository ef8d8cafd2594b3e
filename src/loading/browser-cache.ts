// The model cache in a browser's Cache API. A response cannot grow, so an entry is a row of parts under numbered URLs, and a
// last one that describes them.

import { joined } from "../bytes.ts";
import type { CacheEntry, ModelCache, Origin } from "./model-cache.ts";

const CACHE_NAME = "foldvox-models";
/** Bytes are gathered to parts of this size: each costs a response's worth of overhead, and a broken download loses one. */
const PART_BYTES = 1 << 20;

interface Description extends Origin {
  readonly parts: number;
  readonly bytes: number;
  readonly complete: boolean;
}

class BrowserEntry implements CacheEntry {
  origin: Origin | null = null;
  bytes = 0;
  complete = false;
  private readonly cache: Cache;
  private readonly url: string;
  private readonly release: (() => void) | null;
  private parts = 0;
  private waiting: Uint8Array = new Uint8Array(0);

  /** `release` gives the lock back; null if somebody else holds it, and the entry can only be read. */
  constructor(cache: Cache, url: string, release: (() => void) | null) {
    this.cache = cache;
    this.url = url;
    this.release = release;
  }

  async look(): Promise<void> {
    const found = await this.cache.match(this.key("state"));
    if (!found) return;
    const { validator, totalBytes, parts, bytes, complete } = (await found.json()) as Description;
    this.origin = { validator, totalBytes };
    Object.assign(this, { parts, bytes, complete });
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const parts = this.parts;
    for (let part = 0; part < parts; part++) {
      const found = await this.cache.match(this.key(part));
      if (!found) throw new Error(`part ${part} of ${this.url} is gone from the cache`);
      yield new Uint8Array(await found.arrayBuffer());
    }
  }

  async begin(origin: Origin): Promise<void> {
    await this.drop();
    this.origin = origin;
    await this.describe();
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.waiting = joined(this.waiting, bytes);
    this.bytes += bytes.length;
    if (this.waiting.length >= PART_BYTES) await this.flush();
  }

  async finish(): Promise<void> {
    this.complete = true;
    await this.flush();
  }

  async drop(): Promise<void> {
    if (!this.release) throw new Error("another page is using the entry");
    await this.cache.delete(this.key("state"));
    for (let part = 0; part < this.parts; part++) await this.cache.delete(this.key(part));
    this.origin = null;
    this.bytes = 0;
    this.parts = 0;
    this.complete = false;
    this.waiting = new Uint8Array(0);
  }

  async close(): Promise<void> {
    try {
      if (this.release && this.origin && !this.complete) await this.flush();
    } finally {
      this.release?.();
    }
  }

  private async flush(): Promise<void> {
    if (this.waiting.length > 0) {
      await this.cache.put(this.key(this.parts), new Response(this.waiting as Uint8Array<ArrayBuffer>));
      this.parts++;
      this.waiting = new Uint8Array(0);
    }
    await this.describe();
  }

  private describe(): Promise<void> {
    const { parts, bytes, complete } = this;
    return this.cache.put(this.key("state"), Response.json({ ...this.origin, parts, bytes, complete }));
  }

  /** URLs that no server is asked for: the model's own with a query of ours. */
  private key(part: number | "state"): string {
    const url = new URL(this.url);
    url.hash = "";
    url.searchParams.set("foldvox", String(part));
    return url.href;
  }
}

export class BrowserCache implements ModelCache {
  private readonly storage: CacheStorage;
  private readonly inUse = new Set<string>();

  constructor(storage: CacheStorage) {
    this.storage = storage;
  }

  async open(url: string): Promise<CacheEntry | null> {
    const release = await this.lock(url);
    try {
      const entry = new BrowserEntry(await this.storage.open(CACHE_NAME), url, release);
      await entry.look();
      return release || entry.complete ? entry : null;
    } catch (error) {
      release?.();
      throw error;
    }
  }

  /** Null if somebody else, here or in another tab, has the entry open. */
  private async lock(url: string): Promise<(() => void) | null> {
    if (this.inUse.has(url)) return null;
    this.inUse.add(url);
    const release = await this.lockAcrossTabs(url).catch(() => null);
    if (!release) {
      this.inUse.delete(url);
      return null;
    }
    return () => {
      this.inUse.delete(url);
      release();
    };
  }

  /** Other tabs and workers share the cache; Web Locks keep them apart where there are any. Null if another holds it. */
  private lockAcrossTabs(url: string): Promise<(() => void) | null> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return Promise.resolve(() => {});
    return new Promise((resolve, reject) => {
      locks
        .request(`foldvox ${url}`, { ifAvailable: true }, (lock) => {
          if (!lock) return resolve(null);
          return new Promise<void>((release) => resolve(release));
        })
        .catch(reject);
    });
  }
}
