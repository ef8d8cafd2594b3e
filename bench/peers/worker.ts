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

/** Milliseconds, and those of all processors, threads added up. */
export interface Elapsed {
  readonly wall: number;
  readonly busy: number;
}

function elapsed(line: string): Elapsed {
  const [wall, busy] = line.split(" ").map(Number);
  if (!(wall! > 0 && busy! >= 0)) throw new Error(`not two times: ${line}`);
  return { wall: wall!, busy: busy! };
}

/** From bytes in memory to the end of the first step, in a process that does nothing else. */
export function firstStep(runtime: Runtime, folder: string): Elapsed {
  const { stdout, stderr, status } = spawnSync(runtime.program, commandLine(runtime, "first", folder), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${label(runtime)} does not start: ${stderr.slice(-1000)}`);
  return elapsed(stdout.trim().split("\n").at(-1)!);
}

/** Peak memory of a process of that program which waits for input and nothing else. */
export async function idleBytes({ program, host }: Runtime): Promise<number> {
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

  /** A step on average over `steps` of them. */
  async run(steps: number): Promise<Elapsed> {
    this.child.stdin.write(`run ${steps}\n`);
    return elapsed(await this.answer());
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
