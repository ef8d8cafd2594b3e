// The model cache in a folder: for every URL a file with the bytes, `.part` until they are all there, and one that describes
// them. A lock (file-lock.ts) keeps two downloads from writing to the same file.

import { sha256 } from "../model/sha256.ts";
import { chunksOfFile } from "../platform.ts";
import { takeLock } from "./file-lock.ts";
import type { CacheEntry, ModelCache, Origin } from "./model-cache.ts";

type FileSystem = typeof import("node:fs/promises");
type FileHandle = Awaited<ReturnType<FileSystem["open"]>>;

interface Description extends Origin {
  readonly url: string;
}

class FolderEntry implements CacheEntry {
  origin: Origin | null = null;
  bytes = 0;
  complete = false;
  private readonly fs: FileSystem;
  private readonly path: string;
  private readonly url: string;
  private readonly isOurs: boolean;
  private part: FileHandle | null = null;

  /** `isOurs` if we hold the lock; else the entry can only be read. */
  constructor(fs: FileSystem, path: string, url: string, isOurs: boolean) {
    this.fs = fs;
    this.path = path;
    this.url = url;
    this.isOurs = isOurs;
  }

  /** Finds out what is there. */
  async look(): Promise<void> {
    const size = (path: string) =>
      this.fs.stat(path).then(
        ({ size }) => size,
        () => 0,
      );
    const whole = await size(this.path);
    this.complete = whole > 0;
    this.bytes = this.complete ? whole : await size(`${this.path}.part`);
    const text = await this.fs.readFile(`${this.path}.json`, "utf8").catch(() => "");
    try {
      const { url, validator, totalBytes } = JSON.parse(text) as Description;
      if (url === this.url && this.bytes > 0) this.origin = { validator, totalBytes };
    } catch {
      // No description, or one cut off in writing: the bytes are of no use.
    }
    if (!this.origin) {
      this.bytes = 0;
      this.complete = false;
    }
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* chunksOfFile(await this.fs.open(this.complete ? this.path : `${this.path}.part`));
  }

  async begin(origin: Origin): Promise<void> {
    await this.drop();
    const description: Description = { url: this.url, ...origin };
    await this.fs.writeFile(`${this.path}.json`, JSON.stringify(description));
    this.origin = origin;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.part ??= await this.fs.open(`${this.path}.part`, "a");
    await this.part.write(bytes);
    this.bytes += bytes.length;
  }

  async finish(): Promise<void> {
    await this.closePart();
    // Renaming is the last step: a file without .part is whole.
    if (!this.complete) await this.fs.rename(`${this.path}.part`, this.path);
    this.complete = true;
  }

  async drop(): Promise<void> {
    if (!this.isOurs) throw new Error("another process is using the entry");
    await this.closePart();
    for (const end of ["", ".part", ".json"]) await this.fs.rm(`${this.path}${end}`, { force: true });
    this.origin = null;
    this.bytes = 0;
    this.complete = false;
  }

  async close(): Promise<void> {
    await this.closePart();
    if (this.isOurs) await this.fs.rm(`${this.path}.lock`, { force: true });
  }

  private async closePart(): Promise<void> {
    await this.part?.close();
    this.part = null;
  }
}

export class FolderCache implements ModelCache {
  private readonly fs: FileSystem;
  private readonly folder: string;

  constructor(fs: FileSystem, folder: string) {
    this.fs = fs;
    this.folder = folder;
  }

  async open(url: string): Promise<CacheEntry | null> {
    await this.fs.mkdir(this.folder, { recursive: true });
    const digest = sha256().update(new TextEncoder().encode(url)).digestHex();
    const name =
      /[^/?#]*(?=[?#]|$)/
        .exec(url)?.[0]
        .replace(/[^\w.-]/g, "_")
        .slice(-60) ?? "";
    const path = `${this.folder}/${digest.slice(0, 16)}-${name}`;
    const isOurs = await takeLock(this.fs, `${path}.lock`);
    const entry = new FolderEntry(this.fs, path, url, isOurs);
    await entry.look();
    return isOurs || entry.complete ? entry : null;
  }
}
