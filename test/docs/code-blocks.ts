// The code blocks of the documentation, by page and language.

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

export interface CodeBlock {
  readonly page: string;
  /** Of the block's first line in the page. */
  readonly line: number;
  /** What stands behind the fence: the language, and how it is to be tested. */
  readonly language: string;
  readonly hint: string;
  readonly text: string;
}

const folder = (path: string) =>
  readdirSync(new URL(path, root))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${path}/${file}`);

export const PAGES: readonly string[] = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "examples/README.md",
  "training/README.md",
  "docs/site/start.md",
  ...folder("docs"),
  ...folder("models"),
];

export function readPage(page: string): string {
  return readFileSync(new URL(page, root), "utf8");
}

/** Fenced blocks; a block that is only indented has no language to be tested by, so there may be none. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | null = null;
  readPage(page)
    .split("\n")
    .forEach((text, i) => {
      const fence = /^```(.*)$/.exec(text);
      if (!fence) open?.lines.push(text);
      else if (!open) open = { line: i + 2, info: fence[1]!, lines: [] };
      else {
        const [language = "", hint = ""] = open.info.split(" ");
        blocks.push({ page, line: open.line, language, hint, text: open.lines.join("\n") });
        open = null;
      }
    });
  return blocks;
}
