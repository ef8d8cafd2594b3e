// What bundles have in common.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { shorterNames } from "./shorter-names.mjs";

export const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  define: { "import.meta.commonjs": "false" },
  logLevel: "warning",
};

const anywhere = { ...shared, platform: "neutral", mainFields: ["module", "main"] };

/** ES modules that pages load too. */
export const page = { ...anywhere, outdir: "build", minify: true, sourcemap: true, plugins: [shorterNames] };

/**
 * CommonJS. Files are found beside the ES modules one folder up: import.meta.url is theirs. In a bundle for pages, which knows no
 * folders, it is the script's own. `nodeRequire` is written so that bundlers do not follow it.
 */
export const commonjs = {
  ...anywhere,
  format: "cjs",
  outdir: "build/cjs",
  define: { "import.meta.url": "moduleUrl", "import.meta.commonjs": "true" },
  // Leaves out what cannot be reached.
  minifySyntax: true,
  banner: { js: await readFile(new URL("commonjs-banner.js", import.meta.url), "utf8") },
};

/** Puts another of src/bundled/ in the place of files.ts. */
const bundledFrom = (name) => ({
  name: "bundled",
  setup(build) {
    build.onResolve({ filter: /bundled\/files\.ts$/ }, () => ({ path: resolve(`src/bundled/${name}.ts`) }));
  },
});

export const inline = {
  plugins: [bundledFrom("inline"), shorterNames],
  loader: { ".wasm": "binary" },
  sourcemap: false,
};

/** The stand-in for WebAssembly comes in wherever the host names it. */
export const plain = {
  plugins: [bundledFrom("plain"), shorterNames],
  inject: ["src/plain/webassembly.ts"],
  sourcemap: false,
};
