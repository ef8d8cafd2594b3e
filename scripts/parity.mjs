// npm run parity: the base-size Emformer RNN-T (random weights, fitted joiner) against torchaudio. Makes its goldens once in
// build/parity (0.4 GB, some minutes), without network. FOLDVOX_PYTHON: a Python as training/goldens/make_transducer_goldens.py needs.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const run = (command, ...args) => {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync("build/parity/base.golden.safetensors")) {
  run(
    process.env.FOLDVOX_PYTHON ?? "python3",
    "-m",
    "training.goldens.make_transducer_goldens",
    "--base",
    "build/parity",
  );
}
run("npx", "vitest", "run", "--project", "parity");
