// Runs a program of the repository that is written in TypeScript: builds what it tests or measures, bundles it into build/, runs it.
// Arguments: its name, then its own.

import { execFileSync } from "node:child_process";
import { build } from "esbuild";

/** Each is run once for every list of `runs`, before the user's own arguments. */
const TOOLS = {
  bench: { entry: "bench/main.ts", out: "build/bench.js" },
  "bench:profile": {
    entry: "bench/profile.ts",
    out: "build/bench-profile.js",
    first: "asc assembly/relaxed.ts --target relaxed --debug --outFile build/foldvox.profile.wasm",
  },
  "bench:transducer": { entry: "bench/transducer.ts", out: "build/bench-transducer.js", runs: [["convert"], []] },
  "bench:phrases": { entry: "bench/phrases.ts", out: "build/bench-phrases.js" },
  "bench:pages": { entry: "bench/report/main.ts", out: "build/bench-pages.js" },
  "bench:serve": { entry: "bench/serve/main.ts", out: "build/bench-serve.js" },
  calibrate: { entry: "scripts/calibrate/main.ts", out: "build/calibrate.js" },
  fuzz: { entry: "test/fuzz/main.ts", out: "build/fuzz/main.js" },
  lexicon: { entry: "scripts/lexicon/main.ts", out: "build/lexicon.js" },
  "measure:hotwords": { entry: "scripts/tune-dictation/hotwords.ts", out: "build/hotwords.js" },
  soak: { entry: "test/soak/main.ts", out: "build/soak/main.js", node: ["--expose-gc", "--max-semi-space-size=1"] },
  "tune:dictation": { entry: "scripts/tune-dictation/main.ts", out: "build/tune-dictation.js" },
  "soak:serve": { entry: "test/soak/serve.ts", out: "build/soak/serve.js" },
  "soak:queue": { entry: "test/soak/queue.ts", out: "build/soak/queue.js" },
};

const [name, ...own] = process.argv.slice(2);
const tool = TOOLS[name];
if (!tool) {
  console.error(`no tool ${name}; there are ${Object.keys(TOOLS).join(", ")}`);
  process.exit(1);
}

/** Runs a program, and ends as it does if it fails. */
function run(program, args) {
  try {
    execFileSync(program, args, { stdio: "inherit" });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}

run(process.execPath, ["scripts/build.mjs"]);
if (tool.first) {
  const [program, ...args] = tool.first.split(" ");
  run(`node_modules/.bin/${program}`, args);
}
const { entry, out, node = [], runs = [[]] } = tool;
await build({
  entryPoints: [entry],
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  outfile: out,
  logLevel: "warning",
});
for (const args of runs) run(process.execPath, [...node, out, ...args, ...own]);
