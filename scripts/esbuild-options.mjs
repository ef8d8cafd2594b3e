// What bundles have in common.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

// @assemblyscript/loader makes a TextDecoder when it is imported, for strings that foldvox never passes. Some runtimes have
// none (audio worklets among them), so it gets a stand-in there. It is never given a Response, and must not ask for one: Node
// loads its fetch for that, which ends the process where there is no WebAssembly.
const loaderWithoutPlatform = {
  name: "loader-without-platform",
  setup(build) {
    build.onLoad({ filter: /@assemblyscript[\\/]loader[\\/]index\.js$/ }, async ({ path }) => ({
      contents: `const TextDecoder = globalThis.TextDecoder ?? class {};\nconst Response = undefined;\n${await readFile(path, "utf8")}`,
    }));
  },
};

export const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  plugins: [loaderWithoutPlatform],
  logLevel: "warning",
};

const anywhere = { ...shared, platform: "neutral", mainFields: ["module", "main"] };

/** ES modules that pages load too. */
export const page = { ...anywhere, outdir: "build", minify: true, sourcemap: true };

/**
 * CommonJS. Files are found beside the ES modules one folder up: import.meta.url is theirs. In a bundle for pages, which knows no
 * folders, it is the script's own. `nodeRequire` is written so that bundlers do not follow it.
 */
export const commonjs = {
  ...anywhere,
  format: "cjs",
  outdir: "build/cjs",
  define: { "import.meta.url": "moduleUrl" },
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
  plugins: [...shared.plugins, bundledFrom("inline")],
  loader: { ".wasm": "binary" },
  sourcemap: false,
};

/** The stand-in for WebAssembly comes in wherever the host names it. */
export const plain = {
  plugins: [...shared.plugins, bundledFrom("plain")],
  inject: ["src/plain/webassembly.ts"],
  sourcemap: false,
};
