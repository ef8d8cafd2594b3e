// What older runtimes refuse to read at all, and no bundler translates.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../src/", import.meta.url);

it("has no lookbehind, at which Safari before 16.4 and its kin refuse the whole script", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(100);
  const holding = files.filter((file) => /\(\?<[=!]/.test(readFileSync(new URL(file, root), "utf8")));
  expect(holding).toEqual([]);
});
