// Running programs.

import { spawn } from "node:child_process";

/** Time for the slowest interpreter on a busy machine. */
const LIMIT_MS = 600_000;

/** Ways to stop what still runs when this process ends. */
const running = new Set();
process.on("exit", () => {
  for (const stop of running) stop();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Starts a program in a process group of its own, so that `stop` reaches its children too. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { detached: true, ...options });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    errors = `${errors}${data}`.slice(-2000);
  });
  const stop = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  running.add(stop);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? signal, output, errors }));
  }).finally(() => running.delete(stop));
  return { ended, stop };
}

/** What a program prints. Throws with its complaints if it fails or takes too long. */
export async function outputOf(program, args, options) {
  const { ended, stop } = start(program, args, options);
  const limit = setTimeout(stop, LIMIT_MS);
  try {
    const { code, output, errors } = await ended;
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${errors || output.slice(-2000)}`);
    return output;
  } finally {
    clearTimeout(limit);
  }
}
