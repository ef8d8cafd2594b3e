// What package.json exports, as the tools see it that know how Node, TypeScript and bundlers resolve packages.

import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, expect, it } from "vitest";
import { pack, root, unpack } from "./support/packed.ts";

const packed = pack();
const folder = mkdtempSync(join(tmpdir(), "foldvox-types-"));
afterAll(() => {
  packed.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Files that are loaded by their URL and have no declarations. */
const FILES = [
  "worker.js",
  "plain-worker.js",
  "capture-worklet.js",
  "foldvox.relaxed.wasm",
  "foldvox.simd.wasm",
  "foldvox.scalar.wasm",
  "foldvox.relaxed-threads.wasm",
  "foldvox.threads.wasm",
  "engine-helper.js",
  "models/commands.safetensors",
  "models/commands-tiny.safetensors",
  "models/english.safetensors",
  "models/english.lexicon",
  "models/english.ngrams",
];

it("has the right types for import and for require", () => {
  const options = ["--format", "json", "--profile", "node16", "--exclude-entrypoints", ...FILES];
  // Into a file: attw ends before a pipe has taken all of a report this long.
  const report = join(folder, "report.json");
  const file = openSync(report, "w");
  spawnSync(join(root, "node_modules/.bin/attw"), [packed.tarball, ...options], { stdio: ["ignore", file, "inherit"] });
  closeSync(file);
  const { analysis } = JSON.parse(readFileSync(report, "utf8"));
  // The profile concerns attw's exit code only. node10 knows no exports.
  expect(
    analysis.problems.filter((problem: { resolutionKind?: string }) => problem.resolutionKind !== "node10"),
  ).toEqual([]);
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(
    [
      "./package.json",
      ".",
      "./inline",
      "./microphone",
      "./plain",
      "./speech-recognition",
      "./worker",
      "./english",
      "./commands-tiny",
    ].sort(),
  );
});

it("gives bundlers and Node nothing to stumble over", async () => {
  const { messages } = await publint({ pkgDir: unpack(packed), level: "suggestion" });
  expect(messages).toEqual([]);
});
