// Bundles the host with esbuild: build/index.js for everybody, build/cli.js for the command. --watch rebuilds on change.

import { readFile } from "node:fs/promises";
import { build, context } from "esbuild";

// @assemblyscript/loader makes a TextDecoder when it is imported, for strings that foldvox never passes. Some runtimes have
// none (audio worklets among them), so it gets a stand-in there.
const loaderWithoutTextDecoder = {
  name: "loader-without-text-decoder",
  setup(build) {
    build.onLoad({ filter: /@assemblyscript[\\/]loader[\\/]index\.js$/ }, async ({ path }) => ({
      contents: `const TextDecoder = globalThis.TextDecoder ?? class {};\n${await readFile(path, "utf8")}`,
    }));
  },
};

const options = {
  entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts" },
  outdir: "build",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import"],
  external: ["node:*"],
  plugins: [loaderWithoutTextDecoder],
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const watching = await context(options);
  await watching.watch();
} else {
  await build(options);
}
