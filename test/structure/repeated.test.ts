// No six lines of code stand in two places.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Lines in a row that are too many to stand twice. */
const LINES = 6;

interface Line {
  text: string;
  /** Counted from 1. */
  number: number;
}

/** The lines that do something: without comments, imports, declared names (fields, parameters), and lines of brackets or `else` only. */
function linesOf(source: string): Line[] {
  const blank = (text: string) => text.replace(/[^\n]/g, "");
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^(?:import|export)\s(?:type\s)?(?:\{[^}]*\}|[^{};"']*)\s*(?:from\s*)?"[^"]*";$/gm, blank)
    .replace(/^\s*(?:private |readonly )*[\w$]+[?!]?: [^=]*[,;]$/gm, "");
  return code
    .split("\n")
    .map((text, line) => ({ text: text.trim(), number: line + 1 }))
    .filter(({ text }) => /[\w$]/.test(text.replace(/\belse\b/, "")));
}

/** Where rows of lines stand in more than one place; places that overlap count once. */
function repeated(files: Iterable<[name: string, source: string]>): string[] {
  const seen = new Map<string, { file: string; index: number; number: number }>();
  const found: string[] = [];
  for (const [file, source] of files) {
    const lines = linesOf(source);
    let told = 0;
    for (let index = 0; index + LINES <= lines.length; index++) {
      const key = lines
        .slice(index, index + LINES)
        .map(({ text }) => text)
        .join("\n");
      const first = seen.get(key);
      const { number } = lines[index]!;
      if (!first) seen.set(key, { file, index, number });
      else if (first.file !== file || index >= first.index + LINES) {
        if (index >= told) found.push(`${file}:${number} as ${first.file}:${first.number}`);
        told = index + LINES;
      }
    }
  }
  return found;
}

test("finds six equal lines, whatever their indentation and comments", () => {
  const rows = (prefix: string) => Array.from({ length: LINES }, (_, row) => `${prefix}call${row}();\n`);
  const files = (second: string[]): [string, string][] => [
    ["a.ts", rows("").join("")],
    ["b.ts", `let x = 1;\n${second.join("// Why.\n\n")}`],
  ];
  expect(repeated(files(rows("  ")))).toEqual(["b.ts:2 as a.ts:1"]);
  expect(repeated(files(rows("  ").slice(1)))).toEqual([]);
});

test.each(["assembly", "src"])("no six lines of %s stand in two places", (folder) => {
  const files = (readdirSync(join(root, folder), { recursive: true }) as string[])
    .map((file) => join(folder, file))
    .filter((file) => /\.ts$/.test(file) && !file.includes("node_modules") && file !== "src/engine/layout.ts")
    .sort();
  expect(files.length).toBeGreaterThan(20);
  expect(repeated(files.map((file) => [file, readFileSync(join(root, file), "utf8")]))).toEqual([]);
});
