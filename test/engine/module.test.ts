// Which of the bundled builds runs where not all of their files are served.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { modelFile } from "../support/model-file.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** What foldvox says from a folder that has only these builds: the one that runs, or an error's code. */
async function buildFrom(...builds: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-builds-"));
  folders.push(folder);
  for (const file of ["index.js", "index.js.map", ...builds.map((build) => `foldvox.${build}.wasm`)]) {
    cpSync(new URL(`../../build/${file}`, import.meta.url), join(folder, file));
  }
  const { createRecognizer } = (await import(
    pathToFileURL(join(folder, "index.js")).href
  )) as typeof import("../../src/index.ts");
  try {
    const recognizer = await createRecognizer({ model: modelFile() });
    recognizer.free();
    return recognizer.build;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

it.each([
  [["relaxed", "simd", "scalar"], "relaxed"],
  [["simd", "scalar"], "simd"],
  [["scalar"], "scalar"],
  [[], "io"],
])("of %j, %s", async (builds, expected) => {
  expect(await buildFrom(...builds)).toBe(expected);
});
