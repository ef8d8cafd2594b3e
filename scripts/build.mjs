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

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  plugins: [loaderWithoutTextDecoder],
  logLevel: "warning",
};

const bundles = [
  {
    ...shared,
    entryPoints: ["src/index.ts"],
    outfile: "build/index.js",
    platform: "neutral",
    mainFields: ["module", "main"],
  },
  {
    ...shared,
    entryPoints: ["src/cli/main.ts"],
    outfile: "build/cli.js",
    platform: "node",
    // commander is CommonJS and asks for node: modules by require.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  },
];

for (const bundle of bundles) {
  if (process.argv.includes("--watch")) await (await context(bundle)).watch();
  else await build(bundle);
}
