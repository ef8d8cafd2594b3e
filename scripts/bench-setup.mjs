// What the benches beside others share: packages of theirs are set up once, then a bench is bundled and run.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Runs a program, and ends as it does if it fails. */
export function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** A Python with those requirements, in a folder of its own that is made once. */
export function pythonWith(folder, requirements) {
  const python = `${folder}/bin/python`;
  if (!existsSync(folder)) {
    run("python3", "-m", "venv", folder);
    run(python, "-m", "pip", "install", "-q", "-r", requirements);
  }
  return python;
}

export function bundleAndRun(entry, out, args = []) {
  const options = ["--bundle", "--platform=node", "--format=esm", "--packages=external", "--log-level=warning"];
  run("npx", "esbuild", entry, ...options, `--outfile=${out}`);
  run(process.execPath, out, ...args);
}
