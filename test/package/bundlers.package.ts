// foldvox in projects of users, built by the bundlers that they have, each as it comes: no configuration. What they make runs in
// Chromium and hears the words of the example recording.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import type { Browser } from "puppeteer-core";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../web/support/browsers.ts";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { answerIn, html, script } from "./support/page.ts";
import { createProject, type Project } from "./support/project.ts";

const heard = `relaxed: ${nodeWords(digits).join(" ")}`;
let project: Project;
let browser: Browser;

beforeAll(async () => {
  project = createProject();
  browser = await launch("chromium");
});

afterAll(async () => {
  await browser?.close();
  project?.remove();
});

const page = script('import { createRecognizer } from "foldvox";', "createRecognizer()");
const withWorker = script('import { createWorkerRecognizer } from "foldvox/worker";', "createWorkerRecognizer()");

/** The recording's digits, as a grammar of the model of phonemes. */
const withEnglish = script(
  'import * as english from "foldvox/english";\nimport { createRecognizer } from "foldvox";',
  "createRecognizer({ ...english, decoding: { grammar: '#JSGF V1.0; public <n> = (zero | one | two | three | four | five | six | seven | eight | nine)+;' } })",
);

/** Every file of a folder, by its path there. */
const filesIn = (folder: string) =>
  readdirSync(join(project.folder, folder), { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );

it("the recording's words are right", () => {
  expect(heard).toBe("relaxed: three one nine zero seven two five eight four six zero");
});

describe.each([
  ["foldvox", page],
  ["foldvox/worker", withWorker],
])("%s", (name, main) => {
  const folder = `apps/${name.replace("/", "-")}`;

  it("with Vite", async () => {
    project.write({
      [`${folder}/vite/index.html`]: html('<script type="module" src="./main.js"></script>'),
      [`${folder}/vite/main.js`]: main,
    });
    project.copy("examples/digits.wav", `${folder}/vite/public/digits.wav`);
    await vite({ root: join(project.folder, folder, "vite"), configFile: false, logLevel: "warn" });
    const files = filesIn(`${folder}/vite/dist`);
    for (const pattern of [/relaxed-(?!threads).*\.wasm$/, /simd.*\.wasm$/, /scalar.*\.wasm$/, /\.safetensors$/]) {
      expect(files.filter((file) => pattern.test(file))).toHaveLength(1);
    }
    expect(await answerIn(browser, join(project.folder, folder, "vite/dist"))).toBe(heard);
  });
});

it("carries the models that a page names, and no others, with Vite", async () => {
  const folder = "apps/english";
  project.write({
    [`${folder}/index.html`]: html('<script type="module" src="./main.js"></script>'),
    [`${folder}/main.js`]: withEnglish,
  });
  project.copy("examples/digits.wav", `${folder}/public/digits.wav`);
  await vite({ root: join(project.folder, folder), configFile: false, logLevel: "warn" });
  const models = filesIn(`${folder}/dist`).filter((file) => /\.(safetensors|lexicon|ngrams)$/.test(file));
  expect(models.map((file) => file.replace(/^.*\/(.*)-.{8}(\.\w+)$/, "$1$2")).sort()).toEqual([
    "commands.safetensors",
    "english.lexicon",
    "english.ngrams",
    "english.safetensors",
  ]);
  expect(await answerIn(browser, join(project.folder, folder, "dist"))).toBe(heard);
});

it("foldvox/inline with esbuild, which moves no files", async () => {
  const folder = "apps/esbuild";
  const imports = 'import { createRecognizer } from "foldvox/inline";';
  project.write({
    [`${folder}/main.js`]: script(imports, 'createRecognizer({ model: "./commands.safetensors" })'),
    [`${folder}/dist/index.html`]: html('<script defer src="./main.js"></script>'),
  });
  project.copy("examples/digits.wav", `${folder}/dist/digits.wav`);
  project.copy("models/commands.safetensors", `${folder}/dist/commands.safetensors`);
  const main = join(project.folder, folder, "main.js");
  await esbuild({ entryPoints: [main], bundle: true, outfile: join(project.folder, folder, "dist/main.js") });
  expect(await answerIn(browser, join(project.folder, folder, "dist"))).toBe(heard);
});
