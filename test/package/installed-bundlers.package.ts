// As bundlers.package.ts, with bundlers that the project installs: webpack, and Next.js.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../web/support/browsers.ts";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { answerAt, answerIn, html, script } from "./support/page.ts";
import { createProject, type Project } from "./support/project.ts";

const heard = `relaxed: ${nodeWords(digits).join(" ")}`;
let project: Project;
let browser: Browser;

beforeAll(async () => {
  project = createProject("webpack", "webpack-cli", "next", "react", "react-dom");
  browser = await launch("chromium");
});

afterAll(async () => {
  await browser?.close();
  project?.remove();
});

const page = script('import { createRecognizer } from "foldvox";', "createRecognizer()");
const withWorker = script('import { createWorkerRecognizer } from "foldvox/worker";', "createWorkerRecognizer()");

/** Every file of a folder, by its path there. */
const filesIn = (folder: string) =>
  readdirSync(join(project.folder, folder), { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );

describe.each([
  ["foldvox", page],
  ["foldvox/worker", withWorker],
])("%s", (name, main) => {
  const folder = `apps/${name.replace("/", "-")}`;

  it("with webpack", async () => {
    project.write({
      [`${folder}/webpack/src/index.js`]: main,
      [`${folder}/webpack/dist/index.html`]: html('<script defer src="./main.js"></script>'),
    });
    project.copy("examples/digits.wav", `${folder}/webpack/dist/digits.wav`);
    project.run(`${folder}/webpack`, "webpack", "--mode", "production");
    const files = filesIn(`${folder}/webpack/dist`);
    expect(files.filter((file) => file.endsWith(".wasm"))).toHaveLength(5);
    expect(files.filter((file) => file.endsWith(".safetensors"))).toHaveLength(1);
    expect(await answerIn(browser, join(project.folder, folder, "webpack/dist"))).toBe(heard);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Starts the built application and waits until it listens. */
async function start(folder: string, port: number): Promise<ChildProcess> {
  const next = join(project.folder, "node_modules/next/dist/bin/next");
  const server = spawn(process.execPath, [next, "start", "-p", String(port)], { cwd: join(project.folder, folder) });
  for await (const line of server.stdout!) if (/ready/i.test(String(line))) return server;
  throw new Error("next start ended");
}

it("in a client component of Next.js, by the app router", async () => {
  const folder = "apps/next";
  const component = `"use client";
import { useEffect } from "react";
${page.replace("transcribe().then", "const answer = () => transcribe().then")}
export default function Digits() {
  useEffect(() => void answer(), []);
  return <main>Digits</main>;
}`;
  project.write({
    [`${folder}/package.json`]: '{ "private": true }',
    [`${folder}/app/layout.jsx`]:
      "export default ({ children }) => <html lang='en'><body suppressHydrationWarning>{children}</body></html>;",
    [`${folder}/app/page.jsx`]: component,
  });
  project.copy("examples/digits.wav", `${folder}/public/digits.wav`);
  project.run(folder, "next", "build");
  expect(filesIn(`${folder}/.next/static`).filter((file) => file.endsWith(".wasm"))).toHaveLength(5);
  const port = await freePort();
  const server = await start(folder, port);
  try {
    expect(await answerAt(browser, `http://localhost:${port}/`)).toBe(heard);
  } finally {
    server.kill();
    await once(server, "close");
  }
});
