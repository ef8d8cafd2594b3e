// Builds the documentation into build/web/docs, beside the page: the API with what docs/site/package.json names, which it installs
// first, then all pages in the page's own look.

import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";

const run = (folder, ...args) => execFileSync(process.execPath, args, { cwd: folder, stdio: "inherit" });

/** When a file was written; the beginning of time where there is none. */
const written = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// npm run puts an old npm of a dependency first in the path.
if (written("docs/site/node_modules/.package-lock.json") < written("docs/site/package-lock.json")) {
  run("docs/site", process.env.npm_execpath, "ci", "--no-audit", "--no-fund", "--loglevel=error");
}
rmSync("build/api", { recursive: true, force: true });
run("docs/site", "node_modules/typedoc/bin/typedoc", "--options", "typedoc.json");
run(".", "scripts/docs/build.mjs");
