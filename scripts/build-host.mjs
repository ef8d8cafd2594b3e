// Bundles the host with esbuild into build/: ES modules for pages and everybody, the same in CommonJS (build/cjs), and the command.
// What pages load is minified, with source maps; what only Node loads stays readable. --watch rebuilds on change.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { build, context } from "esbuild";
import { commonjs, inline, page, shared } from "./esbuild-options.mjs";

const forPages = {
  "worker-recognizer": "src/worker/worker-recognizer.ts",
  microphone: "src/microphone/microphone.ts",
  "speech-recognition": "src/speech-recognition/speech-recognition.ts",
};

/** Where models lie, each for itself. */
const models = { english: "src/bundled/english.ts", "commands-tiny": "src/bundled/commands-tiny.ts" };

/** Each is a script of its own, which is loaded by its URL. */
const scripts = {
  worker: "src/worker/worker.ts",
  "engine-helper": "src/engine/engine-helper.ts",
};

const bundles = [
  { ...page, entryPoints: ["src/index.ts"] },
  { ...page, ...inline, entryPoints: { inline: "src/index.ts" } },
  // One FoldvoxError and one microphone, whichever of them a page imports.
  { ...page, entryPoints: forPages, splitting: true, chunkNames: "shared-[hash]" },
  { ...page, entryPoints: models, sourcemap: false },
  { ...page, entryPoints: scripts },
  // Vite writes assets under 4 KiB into the page as data: URLs, from which security policies keep worklets.
  { ...page, minify: false, entryPoints: { "capture-worklet": "src/microphone/capture-worklet.ts" } },
  { ...commonjs, entryPoints: { index: "src/index.ts", ...forPages, ...models } },
  { ...commonjs, ...inline, entryPoints: { inline: "src/index.ts" } },
  {
    ...shared,
    entryPoints: ["src/cli/main.ts"],
    outfile: "build/cli.js",
    platform: "node",
    // Decoders of compressed audio stay packages of their own (src/cli/audio-decoders.ts).
    external: [
      ...shared.external,
      ...["@wasm-audio-decoders/*", "mpg123-decoder", "ogg-opus-decoder"],
      // What outgrows one machine needs a queue (src/cli/queue), and ws takes faster code where it is installed.
      ...["bullmq", "ioredis", "bufferutil", "utf-8-validate"],
    ],
    // commander is CommonJS and asks for node: modules by require.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  },
];

await mkdir("build/cjs", { recursive: true });
// The names of shared chunks change with their contents.
for (const name of await readdir("build")) if (/^shared-.*\.js(\.map)?$/.test(name)) await rm(`build/${name}`);
await writeFile("build/cjs/package.json", '{ "type": "commonjs" }\n');

for (const bundle of bundles) {
  if (process.argv.includes("--watch")) await (await context(bundle)).watch();
  else await build(bundle);
}
