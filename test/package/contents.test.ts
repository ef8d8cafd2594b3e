// What npm pack puts into the package: these files and no other, small, with their licences, and nothing of the machine they were
// built on.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { pack, root, unpack } from "./support/packed.ts";

const packed = pack();
const folder = unpack(packed);
afterAll(() => packed.remove());

const read = (path: string) => readFileSync(join(folder, path));
const gzipped = (path: string) => gzipSync(read(path), { level: 9 }).length;

/** The declarations of everything that package.json exports, once for each kind of module. */
const isDeclaration = (path: string) => /^build\/(cjs\/)?types\/[\w./-]+\.d\.ts$/.test(path);
/** Parts that the entries for pages share; their names follow their contents. */
const isShared = (path: string) => /^build\/shared-[0-9A-Z]{8}\.js(\.map)?$/.test(path);

/** What `english` needs: a model, a lexicon and a language model, none of which a page loads unless it asks for them. */
const ENGLISH = ["models/english.lexicon", "models/english.ngrams", "models/english.safetensors"];

const EXPECTED = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "THIRD-PARTY-NOTICES.md",
  "build/capture-worklet.js",
  "build/capture-worklet.js.map",
  "build/cjs/commands-tiny.js",
  "build/cjs/english.js",
  "build/cjs/index.js",
  "build/cjs/inline.js",
  "build/cjs/microphone.js",
  "build/cjs/package.json",
  "build/cjs/plain.js",
  "build/cjs/speech-recognition.js",
  "build/cjs/worker-recognizer.js",
  "build/cli.js",
  "build/commands-tiny.js",
  "build/engine-helper.js",
  "build/english.js",
  "build/engine-helper.js.map",
  "build/foldvox.relaxed-threads.wasm",
  "build/foldvox.relaxed.wasm",
  "build/foldvox.scalar.wasm",
  "build/foldvox.simd.wasm",
  "build/foldvox.threads.wasm",
  "build/index.js",
  "build/index.js.map",
  "build/inline.js",
  "build/microphone.js",
  "build/microphone.js.map",
  "build/plain-worker.js",
  "build/plain.js",
  "build/speech-recognition.js",
  "build/speech-recognition.js.map",
  "build/worker-recognizer.js",
  "build/worker-recognizer.js.map",
  "build/worker.js",
  "build/worker.js.map",
  "commands-tiny/package.json",
  "english/package.json",
  "inline/package.json",
  "microphone/package.json",
  "models/commands-tiny.md",
  "models/commands-tiny.safetensors",
  "models/commands.md",
  "models/commands.safetensors",
  ...ENGLISH,
  "models/english.md",
  "package.json",
  "plain/package.json",
  "speech-recognition/package.json",
  "worker/package.json",
];

describe("the package", () => {
  const paths = packed.files.map(({ path }) => path);

  it("holds these files and no other", () => {
    const named = paths.filter((path) => !isDeclaration(path) && !isShared(path));
    expect(named.sort()).toEqual([...EXPECTED].sort());
  });

  it("has declarations of what it exports, the same for both kinds of modules", () => {
    const esm = paths.filter((path) => path.startsWith("build/types/"));
    expect(paths.filter((path) => path.startsWith("build/cjs/types/")).sort()).toEqual(
      esm.map((path) => path.replace("build/", "build/cjs/")).sort(),
    );
    expect(esm.filter((path) => /\/(cli|convert)\//.test(path))).toEqual([]);
  });

  it("shares parts that entries import, and has no stale ones", () => {
    const scripts = paths.filter((path) => /^build\/[\w-]+\.js$/.test(path));
    const imported = new Set(
      scripts.flatMap((path) =>
        [
          ...read(path)
            .toString()
            .matchAll(/shared-[0-9A-Z]{8}\.js/g),
        ].map(([name]) => `build/${name}`),
      ),
    );
    expect(scripts.filter(isShared).sort()).toEqual([...imported].sort());
  });

  it("is small: the whole, and what a page loads beside the model", () => {
    const english = ENGLISH.reduce((bytes, path) => bytes + read(path).length, 0);
    expect(english).toBeLessThan(8_000_000);
    expect(packed.size - english).toBeLessThan(2_500_000);
    // 60, 110 and 90 kB until lexicon, phrases and dictation came in.
    expect(gzipped("build/index.js") + gzipped("build/foldvox.relaxed.wasm")).toBeLessThan(110_000);
    expect(gzipped("build/inline.js")).toBeLessThan(160_000);
    expect(gzipped("build/plain.js")).toBeLessThan(112_000);
  });

  it("depends on nothing", () => {
    const { dependencies, optionalDependencies } = JSON.parse(read("package.json").toString());
    expect([dependencies, optionalDependencies]).toEqual([undefined, undefined]);
  });

  it("says nothing of the machine that it was built on", () => {
    const path = /(?<![\w.~/-])\/(?:home|root|work|var|tmp|opt|Users)\/[\w.]|[A-Z]:\\\\|file:\/\/\/\w/;
    const texts = paths.filter((name) => /\.(js|map|ts|md|json)$/.test(name));
    for (const name of texts) expect([name, path.exec(read(name).toString())?.[0]]).toEqual([name, undefined]);
    for (const name of paths.filter((name) => name.endsWith(".wasm"))) {
      expect(read(name).toString("latin1")).not.toMatch(path);
      expect(read(name).toString("latin1")).not.toContain(root);
    }
  });
});

describe("licences", () => {
  const notices = read("THIRD-PARTY-NOTICES.md").toString();

  it("are there in full", () => {
    expect(read("LICENSE").toString()).toContain("MIT License");
    expect(notices).toContain("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
    expect(notices).toContain("Permission is hereby granted, free of charge");
  });

  it("name every package whose code is inside", () => {
    // esbuild writes the source's path above its code where it does not minify.
    const readable = packed.files.map(({ path }) => path).filter((path) => /^build\/(cli|cjs\/\w+)\.js$/.test(path));
    const inside = readable.flatMap((path) =>
      [
        ...read(path)
          .toString()
          .matchAll(/^\s*\/\/ node_modules\/((?:@[\w-]+\/)?[\w-]+)/gm),
      ].map(([, name]) => name!),
    );
    expect(inside).toContain("commander");
    expect(inside).not.toContain("@assemblyscript/loader");
    for (const name of [...new Set(inside), "AssemblyScript's standard library", "musl", "Arm Optimized Routines"]) {
      expect(notices).toContain(name);
    }
  });

  it.each(["commands", "commands-tiny", "english"])("name the data of %s", (model) => {
    for (const text of [notices, read(`models/${model}.md`).toString()]) {
      for (const source of ["Speech Commands", "LibriSpeech", "CC BY 4.0"]) expect(text).toContain(source);
    }
  });
});
