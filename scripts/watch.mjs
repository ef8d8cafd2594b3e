// npm run watch: rebuilds engine and host when their sources change, and runs the tests that a change concerns.

import { spawn, spawnSync } from "node:child_process";
import { watch } from "node:fs";

const run = (command) => spawnSync(command, { shell: true, stdio: "inherit" });

run("npm run -s build");
spawn("node scripts/build.mjs --watch", { shell: true, stdio: "inherit" });
spawn("npx vitest", { shell: true, stdio: "inherit" });

let waiting;
watch("assembly", { recursive: true }, () => {
  // Editors write a file in several steps.
  clearTimeout(waiting);
  waiting = setTimeout(() => run("npm run -s build:engine"), 200);
});
