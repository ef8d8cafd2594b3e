// The server under load: a process of its own, and what it takes.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Of /proc/PID/stat. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor that a process has had. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory that a process has in the machine's. */
export const residentMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

export interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

/** `foldvox serve` with these arguments, once it listens. */
export function startServer(args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, ["build/cli.js", "serve", "--port", "0", "--no-wyoming", ...args]);
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (data) => {
      log += data;
      const line = log.split("\n").find((one) => one.includes('"listening"'));
      if (line) resolve({ child, url: `ws://127.0.0.1:${(JSON.parse(line) as { port: number }).port}` });
    });
    child.once("close", () => reject(new Error(log)));
  });
}
