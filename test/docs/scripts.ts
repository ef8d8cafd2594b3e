// Turns the TypeScript blocks of the pages into programs: what a reader has at hand is put before them.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";
import type { CodeBlock } from "./code-blocks.ts";

/** What pages take as given, by name; in the order in which one may need another. */
const GIVEN: Readonly<Record<string, string>> = {
  createRecognizer: 'import { createRecognizer } from "foldvox";',
  samples: 'import { samples } from "../../test/docs/given.mjs";',
  chunks: 'import { chunks } from "../../test/docs/given.mjs";',
  modelUrl: 'import { modelUrl } from "../../test/docs/given.mjs";',
  recognizer: "const recognizer = await createRecognizer();",
  stream: "const stream = recognizer.createStream();",
};

const FOLDER = new URL("../../build/docs-test/", import.meta.url);

function program({ text }: CodeBlock): string {
  const before: string[] = [];
  let whole = text;
  for (const [name, line] of Object.entries(GIVEN).reverse()) {
    const declared = new RegExp(`(const|let) ${name}\\b|import [^;]*\\b${name}\\b[^;]* from`).test(whole);
    if (declared || !new RegExp(`(?<![.\\w"])${name}\\b(?!:)`).test(whole)) continue;
    before.unshift(line);
    whole = `${line}\n${whole}`;
  }
  return [...before, text, "export {};"].join("\n");
}

export interface Script {
  readonly block: CodeBlock;
  readonly name: string;
}

/** Writes each block twice: as it is, to be type-checked, and without types, to be run. */
export function writeScripts(blocks: readonly CodeBlock[]): Script[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return blocks.map((block) => {
    const name = `${block.page.replace(/\W/g, "-")}-${block.line}`;
    const source = program(block);
    writeFileSync(new URL(`${name}.ts`, FOLDER), source);
    writeFileSync(new URL(`${name}.mjs`, FOLDER), transformSync(source, { loader: "ts", target: "es2022" }).code);
    return { block, name };
  });
}
