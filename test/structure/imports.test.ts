// Imports point downward only, and in no circle.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Rooms from the ground up: a file may import from its own room and from those above it in this list (ARCHITECTURE.md). */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  assembly: [
    "target",
    "threading",
    "kernels",
    "frontend",
    "layers",
    "model",
    "index",
    "relaxed",
    "threads",
    "relaxed-threads",
  ],
  src: [
    // What the two languages agree on, generated: a floor of its own.
    "engine/layout",
    ...["plain", "errors", "web-types", "kinds", "bytes", "held-bytes"],
    ...["exponential", "options", "iterate", "platform", "turns"],
    ...["audio", "model", "pronounce", "ngrams", "bundled", "engine", "loading", "decode", "silence", "recognizer"],
    ...["index", "convert", "worker", "microphone", "speech-recognition", "cli"],
  ],
  training: [
    "__init__",
    "product/model",
    "product/learning",
    "product/phonemes",
    "product",
    "data",
    "goldens",
    "study",
  ],
};

const PYTHON_IMPORT = /^ *from (\.|training\.)([\w.]+) import/gm;
const IMPORT = /^(?:import|export)\s(?:[^;"']*?\sfrom\s+)?["'](\.[^"']+)["']/gm;

/** The files that each file of a folder imports, as paths from the root. */
function importsOf(folder: string): Map<string, string[]> {
  const files = (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter((file) => /\.(ts|py)$/.test(file) && !/\.d\.ts$/.test(file) && !file.includes("node_modules"))
    .map((file) => join(folder, file));
  return new Map(
    files.map((file) => {
      const source = readFileSync(join(root, file), "utf8");
      const imported = /\.py$/.test(file)
        ? Array.from(source.matchAll(PYTHON_IMPORT), ([, from, module]) =>
            join(from === "." ? dirname(file) : "training", `${module!.replaceAll(".", "/")}.py`),
          )
        : Array.from(source.matchAll(IMPORT), ([, path]) => normalize(join(dirname(file), path!)));
      return [file, imported.map((path) => (files.includes(`${path}.ts`) ? `${path}.ts` : path))];
    }),
  );
}

/** A circle of imports, or null. */
function circle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const found = walk(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const found = walk(file, []);
    if (found) return found;
  }
  return null;
}

/** The floor of a file: the longest part of its path that is one, or its room. */
const roomOf = (path: string) => {
  const [folder, ...parts] = path.replace(/\.(ts|py)$/, "").split("/");
  const starts = parts.map((_, i) => parts.slice(0, parts.length - i).join("/"));
  return starts.find((start) => FLOORS[folder!]?.includes(start)) ?? parts[0]!;
};

test("a circle is found", () => {
  expect(
    circle(
      new Map([
        ["a", ["b"]],
        ["b", ["c"]],
        ["c", ["b"]],
      ]),
    ),
  ).toEqual(["b", "c", "b"]);
});

describe.each([...Object.keys(FLOORS), "bench", "web"])("%s", (folder) => {
  const imports = importsOf(folder);

  test("files import each other in no circle", () => {
    expect(imports.size).toBeGreaterThan(5);
    expect(circle(imports)).toBeNull();
  });
});

describe.each(Object.entries(FLOORS))("%s", (folder, floors) => {
  const imports = importsOf(folder);

  test("rooms import only from rooms below", () => {
    const rooms = new Set(Array.from(imports.keys(), roomOf));
    expect([...rooms].filter((room) => !floors.includes(room))).toEqual([]);
    const upward = [...imports].flatMap(([file, imported]) =>
      imported
        .filter((path) => imports.has(path) && floors.indexOf(roomOf(path)) > floors.indexOf(roomOf(file)))
        .map((path) => `${file} imports ${path}`),
    );
    expect(upward).toEqual([]);
  });
});
