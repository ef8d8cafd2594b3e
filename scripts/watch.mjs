// npm run watch: builds and tests as files change.
//
// A change of src/, bench/ or test/ reruns the tests that import what has changed. A change of assembly/ builds the simd target and
// runs the kernels' tests on it alone; then it builds the rest and runs all tests of the engine.

import { spawn } from "node:child_process";
import { watch } from "node:fs";

/** Tests of the kernels, of which a single build is enough to say much; and all that read the engine's builds. */
const FIRST = ["test/kernels", "test/frontend"];
const ALL = [...FIRST, "test/engine", "test/plain", "test/threading", "test/as-pect.test.ts"];

/** Runs a command to its end; the result says whether it has succeeded. */
function run(command, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.on("close", (code) => resolve(code === 0));
  });
}

const vitest = (tests, env) => run(`npx vitest run --project unit ${tests.join(" ")}`, env);

async function engineChanged() {
  const kernels = async () =>
    (await run("node scripts/build.mjs layout simd")) && (await vitest(FIRST, { FOLDVOX_BUILDS: "simd" }));
  if (await kernels()) (await run("node scripts/build.mjs")) && (await vitest(ALL));
}

let running = false;
let again = false;
async function onChange() {
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    await engineChanged();
  }
  running = false;
}

if (!(await run("node scripts/build.mjs"))) process.exit(1);
spawn("npx vitest --watch --standalone --project unit", { shell: true, stdio: "inherit" });
let waiting;
watch("assembly", { recursive: true }, () => {
  // Editors write a file in several steps.
  clearTimeout(waiting);
  waiting = setTimeout(onChange, 100);
});
// The bundles are what tests of the command and of packages run.
spawn("node scripts/build-host.mjs --watch", { shell: true, stdio: "inherit" });
