// What every bundle has in common.

import { readFile } from "node:fs/promises";

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

export const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  plugins: [loaderWithoutTextDecoder],
  logLevel: "warning",
};
