// A queue's store and workers as processes of their own, which may be killed.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../support/root.ts";

/** Valkey, or Redis before it; null where neither is installed (scripts/install-servers.sh). */
export const storeCommand =
  ["valkey-server", "redis-server"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? null;

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("close", () => resolve());
  });

/** A store that keeps on disk whatever it has confirmed. */
export class Store {
  readonly url: string;
  private readonly args: readonly string[];
  private child: ChildProcess | null = null;

  private constructor(port: number) {
    this.url = `redis://127.0.0.1:${port}`;
    const folder = mkdtempSync(join(tmpdir(), "foldvox-store-"));
    const options = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "always" };
    this.args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  }

  static async start(): Promise<Store> {
    const store = new Store(await freePort());
    await store.start();
    return store;
  }

  async start(): Promise<void> {
    const child = spawn(storeCommand!, [...this.args, "--maxmemory-policy", "noeviction"]);
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
        if (/Ready to accept connections/.test(output)) resolve();
      });
      child.once("close", () => reject(new Error(`the store ended:\n${output}`)));
    });
  }

  async kill(): Promise<void> {
    const { child } = this;
    child?.kill("SIGKILL");
    if (child) await ended(child);
  }
}

type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** A worker, and what it logs. */
export class TestWorker {
  readonly child: ChildProcess;
  readonly log: Line[] = [];

  constructor(url: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    const all = ["build/cli.js", "work", "--queue", url, "--threads", "1", "--lease", "2", ...args];
    this.child = spawn(process.execPath, all, { cwd: root, env: { ...process.env, ...env } });
    let rest = "";
    this.child.stderr!.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("{")) this.log.push(JSON.parse(line) as Line);
    });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await ended(this.child);
  }
}

/** The command, run to its end. */
export async function foldvox(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["build/cli.js", ...args], { cwd: root, env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  await ended(child);
  return { status: child.exitCode, stdout, stderr };
}
