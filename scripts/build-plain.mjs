// foldvox/plain: host and engine in one script, without WebAssembly. Needs build/foldvox.plain.js (scripts/build-js.mjs).
// The CommonJS one is ES5; where there are no modules either, it makes a global `foldvox`.

import { writeFile } from "node:fs/promises";
import { transform } from "@swc/core";
import { build } from "esbuild";
import { commonjs, page, plain } from "./esbuild-options.mjs";

await build({ ...page, ...plain, entryPoints: { plain: "src/index.ts", "plain-worker": "src/worker/worker.ts" } });

const script = { ...commonjs, ...plain, format: "iife", globalName: "foldvox", minify: true, write: false };
const { outputFiles } = await build({ ...script, banner: {}, entryPoints: { plain: "src/index.ts" } });
const es5 = await transform(outputFiles[0].text, { jsc: { target: "es5" }, isModule: false, minify: true });
const exported = 'if (typeof module === "object") module.exports = foldvox;';
await writeFile("build/cjs/plain.js", `${commonjs.banner.js}\n${es5.code}\n${exported}\n`);
