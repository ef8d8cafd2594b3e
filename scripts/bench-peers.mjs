// npm run bench:peers [MODEL ...]: sets up what foldvox is compared with, once, then compares. Packages go to bench/peers, models to
// build/peers. FOLDVOX_PYTHON: a Python with bench/peers/requirements.txt; without it one is made in build/peers/python.

import { existsSync, mkdirSync } from "node:fs";
import { bundleAndRun, pythonWith, run } from "./bench-setup.mjs";

mkdirSync("build/peers", { recursive: true });
if (!existsSync("bench/peers/node_modules")) {
  // Install scripts would fetch GPU builds.
  run("npm", "ci", "--prefix", "bench/peers", "--ignore-scripts", "--no-audit", "--no-fund");
}
process.env.FOLDVOX_PYTHON ||= pythonWith("build/peers/python", "bench/peers/requirements.txt");
run(process.env.FOLDVOX_PYTHON, "bench/peers/make_models.py", "build/peers");
bundleAndRun("bench/peers/main.ts", "build/bench-peers.js", process.argv.slice(2));
