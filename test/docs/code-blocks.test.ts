// Every code block of the documentation is run, or checked as far as it can be where it needs a page, hours or a microphone.
//
// ts, js: a program; `ts types` is type-checked alone. sh: commands; each must exist, with the options it is given;
// those of `sh run` are run. json is parsed; so are tsx, and the scripts of html, vue and svelte. text is no code.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { codeBlocks, PAGES, readPage } from "./code-blocks.ts";
import { writeScripts } from "./scripts.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const blocks = PAGES.filter((page) => existsSync(join(root, page))).flatMap(codeBlocks);
const named = (languages: readonly string[]) => blocks.filter(({ language }) => languages.includes(language));
const where = ({ page, line }: { page: string; line: number }) => `${page}:${line}`;

/** Languages of frameworks that are not installed here. */
const MARKUP = ["tsx", "html", "vue", "svelte"];

describe("code of frameworks", () => {
  it.each(named(MARKUP).map((block) => [where(block), block] as const))("%s is parsed", (_, { language, text }) => {
    const scripts =
      language === "tsx"
        ? [text]
        : Array.from(text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g), ([, code]) => code!);
    expect(scripts.length).toBeGreaterThan(0);
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
    for (const script of scripts) transformSync(script, { loader: "tsx", tsconfigRaw });
  });
});

describe("blocks", () => {
  it("say what they are", () => {
    const known = ["ts", "ts types", "js", "sh", "sh run", "json", "text", ...MARKUP];
    const unknown = blocks.filter(({ language, hint }) => !known.includes(`${language} ${hint}`.trim()));
    expect(unknown.map(where)).toEqual([]);
    expect(blocks.length).toBeGreaterThan(20);
  });

  it("are fenced, so that none is passed over", () => {
    const indented = PAGES.filter(
      (page) => page.endsWith(".md") && existsSync(join(root, page)) && /\n\n {4}\S/.test(readPage(page)),
    );
    expect(indented).toEqual([]);
  });
});

describe("programs", () => {
  const scripts = writeScripts(named(["ts", "js"]));
  const folder = join(root, "build/docs-test");

  it("are right by their types", { timeout: 120_000 }, () => {
    const paths = [
      "index",
      "worker/worker-recognizer",
      "microphone/microphone",
      "speech-recognition/speech-recognition",
    ];
    const names = ["foldvox", "foldvox/worker", "foldvox/microphone", "foldvox/speech-recognition"];
    const options = {
      extends: "../../tsconfig.json",
      compilerOptions: {
        types: ["node"],
        typeRoots: ["../../node_modules/@types"],
        paths: Object.fromEntries(names.map((name, i) => [name, [`../../src/${paths[i]}.ts`]])),
      },
      include: ["*.ts"],
    };
    const project = join(folder, "tsconfig.json");
    spawnSync("node", [
      "-e",
      `require("fs").writeFileSync(process.argv[1], process.argv[2])`,
      project,
      JSON.stringify(options),
    ]);
    const { stdout } = spawnSync("npx", ["tsc", "-p", project], { cwd: root, encoding: "utf8" });
    expect(stdout).toBe("");
  });

  const runnable = scripts.filter(({ block }) => block.hint !== "types");
  const files = runnable.map(({ name }) => join(folder, `${name}.mjs`));
  const cache = mkdtempSync(join(tmpdir(), "foldvox-docs-"));
  const { stdout } = spawnSync("node", [join(root, "test/docs/run-scripts.mjs"), ...files], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: cache },
    timeout: 120_000,
  });
  const outcomes = [...stdout.matchAll(/^@@ (.*)$/gm)].map(
    ([, json]) => JSON.parse(json!) as { failed: string | null },
  );
  it.each(runnable.map(({ block }, i) => [where(block), i] as const))("%s", (_, i) => {
    expect(outcomes[i]).toBeDefined();
    expect(outcomes[i]!.failed).toBeNull();
  });
});

describe("JSON", () => {
  it.each(named(["json"]).map((block) => [where(block), block.text] as const))("%s", (_, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

/** The commands of a block: lines, without comments, joined where they go on. */
function commandsOf(text: string): string[] {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => line.split(/\s*(?:&&|\|)\s*/));
}

const scripts = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts as Record<string, string>;
const helps = new Map<string, string>();

function help(command: readonly string[]): string {
  const key = command.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const { stdout } = spawnSync("node", ["build/cli.js", ...command, "--help"], { cwd: root, encoding: "utf8" });
  helps.set(key, stdout);
  return stdout;
}

/** The script's source, and that of the one to which it hands the options that it does not know. */
function optionsSource(script: string): string {
  const source = readFileSync(join(root, script), "utf8");
  return source.includes("parse_known_args") ? source + optionsSource("training/product/train.py") : source;
}

/** What is wrong with a command, or null. */
function wrongWith(command: string): string | null {
  const words = command.replace(/^npx /, "").split(/\s+/);
  const [program, verb = ""] = words;
  if (program === "npm" && verb === "run") return words[2]! in scripts ? null : `no script ${words[2]}`;
  if (program === "foldvox") {
    const path = verb === "convert" ? [verb, words[2]!] : [verb];
    const text = help(path);
    if (text === "") return `no command ${path.join(" ")}`;
    const options = words.filter((word) => /^--?[a-z]/.test(word));
    return options.find((option) => !new RegExp(`(^|[\\s,])${option.split("=")[0]}(?![\\w-])`, "m").test(text)) ?? null;
  }
  const module = words.indexOf("-m");
  if (/^(python3?|torchrun)$/.test(program!) && /^training\./.test(words[module + 1] ?? ""))
    words[module + 1] = `${words[module + 1]!.replaceAll(".", "/")}.py`;
  const at = words.findIndex((word) => /^(scripts|training|examples|bench)\/.*\.(py|sh|mjs|txt)$/.test(word));
  if (at < 0) return null;
  if (!existsSync(join(root, words[at]!))) return `no file ${words[at]}`;
  const source = optionsSource(words[at]!);
  return (
    words.slice(at + 1).find((word) => /^--[a-z]/.test(word) && !source.includes(`"${word.split("=")[0]}"`)) ?? null
  );
}

describe("commands", () => {
  const shells = named(["sh"]);

  it.each(shells.map((block) => [where(block), block.text] as const))("%s exist", { timeout: 60_000 }, (_, text) => {
    for (const command of commandsOf(text)) expect(wrongWith(command), command).toBeNull();
  });

  const run = shells.filter(({ hint }) => hint === "run");
  it.each(run.map((block) => [where(block), block.text] as const))("%s run", { timeout: 120_000 }, (_, text) => {
    const inRepository = text.replaceAll("npx foldvox", "node build/cli.js");
    const { status, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", inRepository], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
  });
});

describe("links", () => {
  const pages = PAGES.filter((page) => existsSync(join(root, page)));
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-");

  it.each(pages)("of %s lead somewhere", (page) => {
    const text = readPage(page).replace(/^```[\s\S]*?^```/gm, "");
    const lost: string[] = [];
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [path, fragment] = target!.split("#") as [string, string?];
      const file = path === "" ? join(root, page) : join(root, page, "..", path);
      if (!existsSync(file)) lost.push(target!);
      else if (
        fragment &&
        !readFileSync(file, "utf8")
          .split("\n")
          .some((line) => /^#+ /.test(line) && anchor(line.replace(/^#+ /, "")) === fragment)
      ) {
        lost.push(target!);
      }
    }
    expect(lost).toEqual([]);
  });
});
