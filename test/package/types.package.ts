// What package.json exports, as the tools see it that know how Node, TypeScript and bundlers resolve packages.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, expect, it } from "vitest";
import { pack, root, unpack } from "./support/packed.ts";

const packed = pack();
afterAll(() => packed.remove());

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
];

it("has the right types for import and for require", () => {
  const options = ["--format", "json", "--profile", "node16", "--exclude-entrypoints", ...FILES];
  let report: string;
  try {
    report = execFileSync(join(root, "node_modules/.bin/attw"), [packed.tarball, ...options], { encoding: "utf8" });
  } catch (cause) {
    report = (cause as { stdout: string }).stdout;
  }
  const { analysis } = JSON.parse(report);
  // The profile concerns attw's exit code only. node10 knows no exports.
  expect(
    analysis.problems.filter((problem: { resolutionKind?: string }) => problem.resolutionKind !== "node10"),
  ).toEqual([]);
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(
    ["./package.json", ".", "./inline", "./microphone", "./plain", "./speech-recognition", "./worker"].sort(),
  );
});

it("gives bundlers and Node nothing to stumble over", async () => {
  const { messages } = await publint({ pkgDir: unpack(packed), level: "suggestion" });
  expect(messages).toEqual([]);
});
