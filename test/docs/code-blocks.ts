// The code blocks of the documentation, by page and language: of Markdown, and of the examples in doc comments.

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

/** Sources whose doc comments have examples, which the pages of the API show. */
const sources = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".ts") && readFileSync(new URL(file, root), "utf8").includes(" * @example"));

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
  ...sources,
];

export function readPage(page: string): string {
  return readFileSync(new URL(page, root), "utf8");
}

/** Fenced blocks; a block that is only indented has no language to be tested by, so there may be none. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  // Of sources, only lines of doc comments are text.
  const textOf = (line: string) => (page.endsWith(".ts") ? (/^ \* ?(.*)$/.exec(line)?.[1] ?? "") : line);
  let open: { line: number; info: string; lines: string[] } | null = null;
  readPage(page)
    .split("\n")
    .map(textOf)
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
