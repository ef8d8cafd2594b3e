// Bundles the host with esbuild: build/index.js for everybody, build/cli.js for the command, and for pages the worker, the audio
// worklet and what uses them. --watch rebuilds on change.

import { mkdir, readdir, rm } from "node:fs/promises";
import { build, context } from "esbuild";
import { shared } from "./esbuild-options.mjs";

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
    // Decoders of compressed audio stay packages of their own (src/cli/audio-decoders.ts).
    external: [...shared.external, "@wasm-audio-decoders/*", "mpg123-decoder", "ogg-opus-decoder"],
    // commander is CommonJS and asks for node: modules by require.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  },
  {
    ...shared,
    entryPoints: {
      "worker-recognizer": "src/worker/worker-recognizer.ts",
      microphone: "src/microphone/microphone.ts",
      "speech-recognition": "src/speech-recognition/speech-recognition.ts",
    },
    outdir: "build",
    platform: "neutral",
    mainFields: ["module", "main"],
    // One FoldvoxError and one microphone, whichever of them a page imports.
    splitting: true,
    chunkNames: "shared-[hash]",
  },
  {
    ...shared,
    // Each is a script of its own, which a browser loads by its URL.
    entryPoints: {
      worker: "src/worker/worker.ts",
      "engine-helper": "src/engine/engine-helper.ts",
      "capture-worklet": "src/microphone/capture-worklet.ts",
    },
    outdir: "build",
    platform: "neutral",
    mainFields: ["module", "main"],
  },
];

// The names of shared chunks change with their contents.
await mkdir("build", { recursive: true });
for (const name of await readdir("build")) if (/^shared-.*\.js$/.test(name)) await rm(`build/${name}`);

for (const bundle of bundles) {
  if (process.argv.includes("--watch")) await (await context(bundle)).watch();
  else await build(bundle);
}
