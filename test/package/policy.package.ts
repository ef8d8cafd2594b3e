// The installed package in pages with a content security policy, in Chromium.

import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../web/support/browsers.ts";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { answerIn, html, script } from "./support/page.ts";
import { createProject, type Project } from "./support/project.ts";

const SECONDS = 4;
const words = nodeWords(digits.subarray(0, 16000 * SECONDS)).join(" ");
let project: Project;
let browser: Browser;

beforeAll(async () => {
  project = createProject();
  project.copy("examples/digits.wav", "digits.wav");
  browser = await launch("chromium");
});

afterAll(async () => {
  await browser?.close();
  project?.remove();
});

const from = (name: string) => `./node_modules/foldvox/build/${name}.js`;
const DEFAULT = script(`import { createRecognizer } from "${from("index")}";`, "createRecognizer()", SECONDS);
/** As the documentation has it. */
const FALLBACK = script(
  `import { createRecognizer } from "${from("index")}";`,
  `createRecognizer().catch(async (error) => {
    if (error.code !== "wasm-failed") throw error;
    return (await import("${from("plain")}")).createRecognizer();
  })`,
  SECONDS,
);
const PLAIN_WORKER = script(
  `import { createWorkerRecognizer } from "${from("worker-recognizer")}";`,
  `createWorkerRecognizer({ worker: new Worker("${from("plain-worker")}", { type: "module" }) })`,
  SECONDS,
);

/** What a page answers that has a policy for scripts and runs this one. */
function answer(policy: string, main: string): Promise<string> {
  const meta = `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src data:; script-src ${policy}">`;
  project.write({ "index.html": html(`${meta}<script type="module" src="main.js"></script>`), "main.js": main });
  return answerIn(browser, join(project.folder));
}

it("needs 'wasm-unsafe-eval' and no more", async () => {
  expect(await answer("'self' 'wasm-unsafe-eval'", DEFAULT)).toBe(`relaxed: ${words}`);
});

it("says what to do where that is not allowed", async () => {
  expect(await answer("'self'", DEFAULT)).toMatch(
    /^wasm-failed: .*Content Security Policy.*must allow 'wasm-unsafe-eval'.*foldvox\/plain/,
  );
});

it("runs there as foldvox/plain, in the page and in a worker", async () => {
  expect(await answer("'self'", FALLBACK)).toBe(`plain: ${words}`);
  expect(await answer("'self'", PLAIN_WORKER)).toBe(`plain: ${words}`);
});
