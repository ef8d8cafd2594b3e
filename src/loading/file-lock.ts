// A lock that one process holds: a file with its number. It is removed to let others have it, or taken over from a process that
// is gone.

type FileSystem = typeof import("node:fs/promises");

/** Whoever makes a lock without a link has written to it by then, or never will. */
const MOST_MS_TO_WRITE = 10_000;

/** Clocks of files and processes may differ by a little. */
const MOST_MS_TO_START = 2000;

/** Takes the lock, from a process that is gone too. */
export async function takeLock(fs: FileSystem, path: string): Promise<boolean> {
  if (await make(fs, path)) return true;
  if (!(await isStale(fs, path))) return false;
  // Others may have found the same, and one of them may have taken it over by now. So it is removed under a lock on doing so,
  // and looked at once more.
  const removal = `${path}.stale`;
  if (!(await takeLock(fs, removal))) return false;
  try {
    if (await isStale(fs, path)) await fs.rm(path, { force: true });
    return await make(fs, path);
  } finally {
    await fs.rm(removal, { force: true }).catch(() => {});
  }
}

const succeeds = (action: Promise<unknown>) =>
  action.then(
    () => true,
    () => false,
  );

/** Makes the lock if there is none. A link has it appear with the number in it: nobody finds one that is still empty. */
async function make(fs: FileSystem, path: string): Promise<boolean> {
  const pid = String(process.pid);
  // Threads of a process share its number.
  const own = `${path}.${pid}-${Math.random().toString(36).slice(2)}`;
  const write = (path: string) => fs.writeFile(path, pid, { flag: "wx" });
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

/** Whether there is a lock, and its process is gone. */
async function isStale(fs: FileSystem, path: string): Promise<boolean> {
  try {
    const holder = Number(await fs.readFile(path, "utf8"));
    const { mtimeMs } = await fs.stat(path);
    // In containers every process may have the same number: one that is older than this process is another's.
    if (holder === process.pid) return mtimeMs < Date.now() - 1000 * process.uptime() - MOST_MS_TO_START;
    if (holder > 0) return !isRunning(holder);
    return Date.now() - mtimeMs > MOST_MS_TO_WRITE;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
