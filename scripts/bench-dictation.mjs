// npm run bench:dictation MANIFEST.tsv: sets up what foldvox's dictation is compared with, once, in build/dictation, then compares.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const [manifest] = process.argv.slice(2);
if (!manifest) {
  console.error("npm run bench:dictation MANIFEST.tsv: a manifest as training's make_readings.py writes it.");
  process.exit(1);
}
const python = "build/dictation/python/bin/python";
mkdirSync("build/dictation", { recursive: true });
if (!existsSync(python)) {
  run("python3", "-m", "venv", "build/dictation/python");
  run(python, "-m", "pip", "install", "-q", "-r", "bench/dictation/requirements.txt");
}
run(python, "bench/dictation/compare.py", manifest, "build/dictation/figures.json");
const options = ["--bundle", "--platform=node", "--format=esm", "--packages=external", "--log-level=warning"];
run("npx", "esbuild", "bench/dictation/main.ts", ...options, "--outfile=build/bench-dictation.js");
run(process.execPath, "build/bench-dictation.js");
