// A runtime's process: started for one model, asked line by line, looked at from outside.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { label, type Runtime } from "./runtimes.ts";

function commandLine({ worker, precision, threads, kind }: Runtime, mode: string, folder: string): string[] {
  return [worker, mode, folder, precision, String(threads), ...(kind ? [kind] : [])];
}

/** Bytes of physical memory that a process has taken at most. Linux only. */
function peakBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]) * 1024;
}

/** Milliseconds from bytes in memory to the end of the first step, in a process that does nothing else. */
export function firstStepMs(runtime: Runtime, folder: string): number {
  const { stdout, stderr } = spawnSync(runtime.program, commandLine(runtime, "first", folder), { encoding: "utf8" });
  const ms = Number(stdout.trim().split("\n").at(-1) || Number.NaN);
  if (Number.isNaN(ms)) throw new Error(`${label(runtime)} does not start: ${stderr.slice(-1000)}`);
  return ms;
}

/** Peak memory of a process of that program which waits for input and nothing else. */
export async function idleBytes(program: string, host: "node" | "python"): Promise<number> {
  const wait =
    host === "node" ? ["-e", "process.stdin.on('data', console.log)"] : ["-c", "import sys; sys.stdin.read()"];
  const child = spawn(program, wait);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const bytes = peakBytes(child.pid!);
  child.kill();
  return bytes;
}

export class Worker {
  readonly runtime: Runtime;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = "";

  private constructor(runtime: Runtime, folder: string) {
    this.runtime = runtime;
    this.child = spawn(runtime.program, commandLine(runtime, "serve", folder));
    this.child.stderr.on("data", (text) => {
      this.errors += text;
    });
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  static async start(runtime: Runtime, folder: string): Promise<Worker> {
    const worker = new Worker(runtime, folder);
    await worker.until("ready");
    return worker;
  }

  /** Runs the given steps and writes their log-probs. */
  async check(path: string): Promise<void> {
    this.child.stdin.write(`check ${path}\n`);
    await this.until("checked");
  }

  /** Milliseconds a step, over `steps` of them. */
  async run(steps: number): Promise<number> {
    this.child.stdin.write(`run ${steps}\n`);
    return Number(await this.answer());
  }

  peakBytes(): number {
    return peakBytes(this.child.pid!);
  }

  stop(): void {
    this.child.kill();
  }

  private async answer(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${label(this.runtime)} has ended: ${this.errors.slice(-1000)}`);
    return value;
  }

  /** Runtimes may print greetings. */
  private async until(line: string): Promise<void> {
    while ((await this.answer()) !== line);
  }
}
