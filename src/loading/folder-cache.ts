// The model cache in a folder. Every URL has a file with a whole model, and one ending in `.part` with the beginning of a download; each of
// them has a description ending in `.json`. A lock (file-lock.ts) keeps two downloads from writing at once.

import { sha256 } from "../model/sha256.ts";
import { chunksOfFile } from "../platform.ts";
import { FileLock } from "./file-lock.ts";
import { type CacheEntry, type Kept, type ModelCache, type Origin, readOrigin } from "./model-cache.ts";

type FileSystem = typeof import("node:fs/promises");
type FileHandle = Awaited<ReturnType<FileSystem["open"]>>;

/** A file and its description. */
class KeptFile {
  private readonly fs: FileSystem;
  readonly path: string;
  private readonly digest: string;

  constructor(fs: FileSystem, path: string, digest: string) {
    this.fs = fs;
    this.path = path;
    this.digest = digest;
  }

  /** The cached bytes; null if there are none of use. Throws if the path is not a file. */
  async look(): Promise<Kept | null> {
    const bytes = await this.size(this.path);
    const described = await this.size(this.description);
    if (bytes === 0 || described === 0) return null;
    const origin = readDescription(await this.fs.readFile(this.description, "utf8"), this.digest);
    return origin && { origin, bytes, read: () => this.read() };
  }

  describe({ validator, totalBytes }: Origin): Promise<void> {
    return this.fs.writeFile(this.description, JSON.stringify({ url: this.digest, validator, totalBytes }));
  }

  async drop(): Promise<void> {
    await this.fs.rm(this.description, { force: true });
    await this.fs.rm(this.path, { force: true });
  }

  /** Moves the bytes first: new bytes with the old description are checked again; old bytes with the new one would never be. */
  async moveTo(other: KeptFile): Promise<void> {
    await this.fs.rename(this.path, other.path);
    await this.fs.rename(this.description, other.description);
  }

  private get description(): string {
    return `${this.path}.json`;
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    yield* chunksOfFile(await this.fs.open(this.path));
  }

  /** Opening a pipe or a device might never end. */
  private async size(path: string): Promise<number> {
    const found = await this.fs.stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    if (found && !found.isFile()) throw new Error(`${path} is no file`);
    return found?.size ?? 0;
  }
}

function readDescription(text: string, digest: string): Origin | null {
  try {
    const described = JSON.parse(text);
    return described?.url === digest ? readOrigin(described) : null;
  } catch {
    // Writing was interrupted.
    return null;
  }
}

class FolderEntry implements CacheEntry {
  whole: Kept | null = null;
  part: Kept | null = null;
  private readonly fs: FileSystem;
  private readonly wholeFile: KeptFile;
  private readonly partFile: KeptFile;
  /** Null if another process has the entry open; then it can only be read. */
  private readonly lock: FileLock | null;
  private handle: FileHandle | null = null;

  constructor(fs: FileSystem, path: string, digest: string, lock: FileLock | null) {
    this.fs = fs;
    this.wholeFile = new KeptFile(fs, path, digest);
    this.partFile = new KeptFile(fs, `${path}.part`, digest);
    this.lock = lock;
  }

  /** Reads the descriptions. */
  async look(): Promise<void> {
    this.whole = await this.wholeFile.look();
    this.part = this.lock ? await this.partFile.look() : null;
  }

  async begin(origin: Origin): Promise<void> {
    await this.dropPart();
    await this.partFile.describe(origin);
    this.part = { origin, bytes: 0, read: noBytes };
  }

  async append(bytes: Uint8Array): Promise<void> {
    const lock = this.owned();
    this.handle ??= await this.fs.open(this.partFile.path, "a");
    for (let at = 0; at < bytes.length; ) at += (await this.handle.write(bytes, at)).bytesWritten;
    const { origin, bytes: before, read } = this.part!;
    this.part = { origin, bytes: before + bytes.length, read };
    await lock.touch();
  }

  async finish(): Promise<void> {
    // A process that slept for long may have lost its lock, and the part may belong to another process by now.
    if (!(await this.owned().isHeld())) throw new Error("another process has taken the entry over");
    await this.handle?.datasync();
    await this.closePart();
    await this.partFile.moveTo(this.wholeFile);
    this.part = null;
  }

  async dropPart(): Promise<void> {
    this.owned();
    await this.closePart();
    this.part = null;
    await this.partFile.drop();
  }

  async dropWhole(): Promise<void> {
    this.owned();
    this.whole = null;
    await this.wholeFile.drop();
  }

  async close(): Promise<void> {
    try {
      await this.closePart();
    } finally {
      await this.lock?.release();
    }
  }

  private owned(): FileLock {
    if (!this.lock) throw new Error("another process is using the entry");
    return this.lock;
  }

  private async closePart(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** The file name in the URL, for people who look into the folder. The rest of a URL may be secret. */
function nameOf(url: string): string {
  const name = /[^/?#]*(?=[?#]|$)/.exec(url)?.[0] ?? "";
  return name.replace(/[^\w.-]/g, "_").slice(-60);
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
    const path = `${this.folder}/${digest.slice(0, 16)}-${nameOf(url)}`;
    const lock = await FileLock.take(this.fs, `${path}.lock`);
    const entry = new FolderEntry(this.fs, path, digest, lock);
    try {
      await entry.look();
    } catch (error) {
      await entry.close();
      throw error;
    }
    return lock || entry.whole ? entry : null;
  }
}
