// Builds the documentation into build/docs with what docs/site/package.json names, which it installs first.

import { execFileSync } from "node:child_process";

const run = (command, ...args) => execFileSync(command, args, { cwd: "docs/site", stdio: "inherit" });

// npm run puts an old npm of a dependency first in the path.
run(process.execPath, process.env.npm_execpath, "ci", "--no-audit", "--no-fund", "--loglevel=error");
run(process.execPath, "node_modules/typedoc/bin/typedoc", "--options", "typedoc.json");
