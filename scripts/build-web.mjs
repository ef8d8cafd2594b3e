// Builds the page into build/web: scripts, engine, models and what the page says of them. Any static host can serve it.

import { createHash } from "node:crypto";
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { shared } from "./esbuild-options.mjs";

const OUT = "build/web";

const options = { ...shared, minify: true, platform: "browser", outdir: OUT };

/** The header of a model file, which stands before its data. */
async function readHeader(path) {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const bytes = Number(buffer.readBigUInt64LE());
    const header = await file.read(Buffer.alloc(bytes), 0, bytes, 8);
    return { header: JSON.parse(header.buffer.toString("utf8")), bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

async function describeModel(file) {
  const { header, bytes } = await readHeader(`models/${file}`);
  const { name } = JSON.parse(header.__metadata__.config);
  return { name, url: `./models/${file}`, bytes };
}

await rm(OUT, { recursive: true, force: true });
await mkdir(`${OUT}/models`, { recursive: true });

const modelFiles = (await readdir("models")).filter((file) => file.endsWith(".safetensors"));
// By name, so that commands comes before commands-tiny, as their files would not.
const models = (await Promise.all(modelFiles.map(describeModel))).sort((a, b) => (a.name < b.name ? -1 : 1));
for (const file of modelFiles) await cp(`models/${file}`, `${OUT}/models/${file}`);
// What models of phonemes find beside them.
const sideFiles = (await readdir("models")).filter((file) => /\.(lexicon|ngrams)$/.test(file));
for (const file of sideFiles) await cp(`models/${file}`, `${OUT}/models/${file}`);
await writeFile(`${OUT}/models.json`, JSON.stringify(models));

const copies = {
  "index.html": "web/index.html",
  "icon.svg": "web/icon.svg",
  "manifest.webmanifest": "web/manifest.webmanifest",
  "digits.wav": "examples/digits.wav",
  "foldvox.relaxed.wasm": "build/foldvox.relaxed.wasm",
  "foldvox.simd.wasm": "build/foldvox.simd.wasm",
  "foldvox.scalar.wasm": "build/foldvox.scalar.wasm",
};
for (const [to, from] of Object.entries(copies)) await cp(from, `${OUT}/${to}`);

await build({
  ...options,
  entryPoints: {
    main: "web/main.ts",
    styles: "web/styles.css",
    worker: "src/worker/worker.ts",
    "capture-worklet": "src/microphone/capture-worklet.ts",
  },
});

// The first model is the one that the page opens with; the scalar engine is for browsers without SIMD, which fetch it themselves.
const kept = [...Object.keys(copies), "main.js", "styles.css", "worker.js", "capture-worklet.js", "models.json"]
  .filter((file) => !["index.html", "foldvox.scalar.wasm"].includes(file))
  .concat(models.slice(0, 1).map(({ url }) => url.slice(2)))
  .sort();
const hash = createHash("sha256");
for (const file of ["index.html", ...kept]) hash.update(file).update(await readFile(`${OUT}/${file}`));
await build({
  ...options,
  format: "iife",
  entryPoints: { "service-worker": "web/service-worker.ts" },
  define: {
    PRECACHE: JSON.stringify(["./", ...kept.map((file) => `./${file}`)]),
    VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
  },
});
