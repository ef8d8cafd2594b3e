// npm run bench:dictation MANIFEST.tsv: sets up what foldvox's dictation is compared with, once, in build/dictation, then compares.

import { mkdirSync } from "node:fs";
import { bundleAndRun, pythonWith, run } from "./bench-setup.mjs";

const [manifest] = process.argv.slice(2);
if (!manifest) {
  console.error("npm run bench:dictation MANIFEST.tsv: a manifest as training's make_readings.py writes it.");
  process.exit(1);
}
mkdirSync("build/dictation", { recursive: true });
const python = pythonWith("build/dictation/python", "bench/dictation/requirements.txt");
run(python, "bench/dictation/compare.py", manifest, "build/dictation/figures.json");
bundleAndRun("bench/dictation/main.ts", "build/bench-dictation.js");
