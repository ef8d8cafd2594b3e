// Builds the page into build/web: scripts, engine, models and what the page says of them. Any static host can serve it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
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

/** The files beside a model of phonemes, which its header names. */
const bytesOf = async (side) => (side ? (await stat(`models/${side.file}`)).size : 0);

async function describeModel(file) {
  const { header, bytes } = await readHeader(`models/${file}`);
  const { name, lexicon, ngrams } = JSON.parse(header.__metadata__.config);
  const entry = { name, url: `./models/${file}`, bytes };
  if (!lexicon) return entry;
  const phrasesBytes = bytes + (await bytesOf(lexicon));
  return { ...entry, phrasesBytes, dictationBytes: phrasesBytes + (await bytesOf(ngrams)) };
}

// What lies in docs/ comes from another program.
await mkdir(OUT, { recursive: true });
for (const name of await readdir(OUT)) if (name !== "docs") await rm(`${OUT}/${name}`, { recursive: true });
await mkdir(`${OUT}/models`);

const modelFiles = (await readdir("models")).filter((file) => file.endsWith(".safetensors"));
// By name, so that commands comes before commands-tiny, as their files would not.
const models = (await Promise.all(modelFiles.map(describeModel))).sort((a, b) => (a.name < b.name ? -1 : 1));
for (const file of await readdir("models")) {
  if (/\.(safetensors|lexicon|ngrams)$/.test(file)) await cp(`models/${file}`, `${OUT}/models/${file}`);
}
await writeFile(`${OUT}/models.json`, JSON.stringify(models));

const copies = {
  "index.html": "web/index.html",
  "icon.svg": "web/icon.svg",
  "manifest.webmanifest": "web/manifest.webmanifest",
  "phrases.wav": "examples/phrases.wav",
  "dictation.wav": "examples/dictation.wav",
  "digits.wav": "examples/digits.wav",
  "LICENSE.txt": "LICENSE",
  "THIRD-PARTY-NOTICES.txt": "THIRD-PARTY-NOTICES.md",
  "foldvox.relaxed.wasm": "build/foldvox.relaxed.wasm",
  "foldvox.simd.wasm": "build/foldvox.simd.wasm",
  "foldvox.scalar.wasm": "build/foldvox.scalar.wasm",
};
for (const [to, from] of Object.entries(copies)) await cp(from, `${OUT}/${to}`);

await build({
  ...options,
  entryPoints: { main: "web/main.ts", styles: "web/styles.css" },
  // Languages are loaded when they are wanted.
  splitting: true,
  chunkNames: "text-[hash]",
});
await build({
  ...options,
  entryPoints: { worker: "src/worker/worker.ts", "capture-worklet": "src/microphone/capture-worklet.ts" },
});

const recorder = "build/record-examples.mjs";
await build({ ...shared, platform: "node", entryPoints: ["scripts/web/record-examples.ts"], outfile: recorder });
execFileSync(process.execPath, [recorder, OUT], { stdio: "inherit" });

// The README's moving picture, which is kept in the repository, is drawn anew on request.
if (process.argv.includes("--draw")) {
  const drawer = "build/draw-example.mjs";
  await build({ ...shared, platform: "node", entryPoints: ["scripts/web/draw-example.ts"], outfile: drawer });
  execFileSync(process.execPath, [drawer, OUT, "docs/pictures/phrases.svg"], { stdio: "inherit" });
}

// The first visit keeps the page. What listening needs is kept when somebody listens: models by foldvox itself, the rest here.
// The scalar engine is for browsers without SIMD, which fetch it themselves.
const built = (await readdir(OUT)).filter((file) => file !== "foldvox.scalar.wasm").sort();
const ofPage = built.filter((file) =>
  /^((main|text-.*)\.js|styles\.css|models\.json|icon\.svg|.*\.webmanifest)$/.test(file),
);
const ofListening = built.filter((file) => /\.(wasm|wav)$|\.events\.json$|^(worker|capture-worklet)\.js$/.test(file));
const kept = [...ofPage, ...ofListening];
const hash = createHash("sha256");
for (const file of ["index.html", ...kept]) hash.update(file).update(await readFile(`${OUT}/${file}`));
await build({
  ...options,
  format: "iife",
  entryPoints: { "service-worker": "web/service-worker.ts" },
  define: {
    PAGE: JSON.stringify(["./", ...ofPage.map((file) => `./${file}`)]),
    LISTENING: JSON.stringify(ofListening.map((file) => `./${file}`)),
    VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
  },
});
