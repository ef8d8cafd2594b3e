// A lock that one process holds: a file with the process's number and a random word. The holder removes it to release it. Others take it over
// from a process that is gone, or that has not touched it for long.

import { nodeProcess } from "../platform.ts";

type FileSystem = typeof import("node:fs/promises");

/** A process that makes a lock without a link has written to it by then, or never will. */
const MOST_MS_TO_WRITE = 10_000;

/** Clocks of files and processes may differ by a little. */
const MOST_MS_TO_START = 2000;

/**
 * A download touches its lock more often than this. The limit is needed because process numbers are reused: after a restart, any running
 * process may have the number in a lock.
 */
const MOST_MS_UNTOUCHED = 5 * 60_000;
const MS_BETWEEN_TOUCHES = 10_000;

/** A held lock. */
export class FileLock {
  private readonly fs: FileSystem;
  private readonly path: string;
  private readonly text: string;
  private touched = Date.now();

  private constructor(fs: FileSystem, path: string) {
    this.fs = fs;
    this.path = path;
    // Threads of a process share its number, so the word tells them apart.
    this.text = `${nodeProcess()?.pid} ${Math.random().toString(36).slice(2)}`;
  }

  /** Takes the lock, also from a process that is gone; null if another process has it. */
  static async take(fs: FileSystem, path: string): Promise<FileLock | null> {
    const lock = new FileLock(fs, path);
    if (await lock.make()) return lock;
    if (!(await isStale(fs, path))) return null;
    // Another process may have found the same, and may have taken the lock over by now. So a second lock guards the removal, and the first
    // is checked once more.
    const removal = await FileLock.take(fs, `${path}.stale`);
    if (!removal) return null;
    try {
      if (await isStale(fs, path)) await fs.rm(path, { force: true });
      return (await lock.make()) ? lock : null;
    } finally {
      await removal.release().catch(() => {});
    }
  }

  /** Shows that the lock is in use. */
  async touch(): Promise<void> {
    const now = Date.now();
    if (now - this.touched < MS_BETWEEN_TOUCHES) return;
    this.touched = now;
    if (await this.isHeld()) await this.fs.utimes(this.path, now / 1000, now / 1000).catch(() => {});
  }

  /** False after another process has taken it over. */
  async isHeld(): Promise<boolean> {
    return (await this.fs.readFile(this.path, "utf8").catch(() => "")) === this.text;
  }

  async release(): Promise<void> {
    // Nobody has taken over what was touched not long ago; a disk that fails to tell must not leave it behind.
    const isOurs = Date.now() - this.touched < MOST_MS_UNTOUCHED / 2 || (await this.isHeld());
    if (isOurs) await this.fs.rm(this.path, { force: true });
  }

  /** Makes the lock if there is none. A link has it appear with the number in it: nobody finds one that is still empty. */
  private async make(): Promise<boolean> {
    const { fs, path, text } = this;
    const own = `${path}.${text.replace(" ", "-")}`;
    const write = (path: string) => fs.writeFile(path, text, { flag: "wx" });
    try {
      if (!(await succeeds(write(own)))) return false;
      return await fs.link(own, path).then(
        () => true,
        // Not every file system has hard links, nor does Android allow them.
        (error: NodeJS.ErrnoException) => error.code !== "EEXIST" && succeeds(write(path)),
      );
    } finally {
      await fs.rm(own, { force: true }).catch(() => {});
    }
  }
}

const succeeds = (action: Promise<unknown>) =>
  action.then(
    () => true,
    () => false,
  );

/** Whether there is a lock, and its process is gone. */
async function isStale(fs: FileSystem, path: string): Promise<boolean> {
  try {
    const found = await fs.lstat(path);
    // Reading a pipe might never end, and no lock of ours is one.
    if (!found.isFile()) return false;
    const holder = Number.parseInt(await fs.readFile(path, "utf8"), 10);
    const { mtimeMs } = found;
    if (Date.now() - mtimeMs > MOST_MS_UNTOUCHED) return true;
    // In containers every process may have the same number: one that is older than this process is another's.
    const process = nodeProcess();
    if (holder === process?.pid) return mtimeMs < Date.now() - 1000 * process.uptime!() - MOST_MS_TO_START;
    if (holder > 0) return !isRunning(holder);
    return Date.now() - mtimeMs > MOST_MS_TO_WRITE;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    nodeProcess()?.kill?.(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
