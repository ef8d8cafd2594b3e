// npm run bench:peers [MODEL ...]: sets up what foldvox is compared with, once, then compares. Packages go to bench/peers, models to
// build/peers. FOLDVOX_PYTHON: a Python with bench/peers/requirements.txt; without it one is made in build/peers/python.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync("build/peers", { recursive: true });
if (!existsSync("bench/peers/node_modules")) {
  // Install scripts would fetch GPU builds.
  run("npm", "ci", "--prefix", "bench/peers", "--ignore-scripts", "--no-audit", "--no-fund");
}
if (!process.env.FOLDVOX_PYTHON) {
  process.env.FOLDVOX_PYTHON = "build/peers/python/bin/python";
  if (!existsSync("build/peers/python")) {
    run("python3", "-m", "venv", "build/peers/python");
    run(process.env.FOLDVOX_PYTHON, "-m", "pip", "install", "-q", "-r", "bench/peers/requirements.txt");
  }
}
run(process.env.FOLDVOX_PYTHON, "bench/peers/make_models.py", "build/peers");
const options = ["--bundle", "--platform=node", "--format=esm", "--packages=external", "--log-level=warning"];
run("npx", "esbuild", "bench/peers/main.ts", ...options, "--outfile=build/bench-peers.js");
run(process.execPath, "build/bench-peers.js", ...process.argv.slice(2));
