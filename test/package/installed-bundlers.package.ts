// As bundlers.package.ts, with bundlers that the project installs: webpack, Parcel, Metro and Next.js.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf } from "../support/engines.ts";
import { launch } from "../web/support/browsers.ts";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { answerAt, answerIn, html, script } from "./support/page.ts";
import { createProject, type Project } from "./support/project.ts";

const heard = `relaxed: ${nodeWords(digits).join(" ")}`;
let project: Project;
let browser: Browser;

beforeAll(async () => {
  project = createProject(
    ...["webpack", "webpack-cli", "parcel", "metro", "@react-native/metro-config", "@babel/core"],
    ...["next", "react", "react-dom"],
  );
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

describe.each([
  ["foldvox", page],
  ["foldvox/worker", withWorker],
])("%s", (name, main) => {
  const folder = `apps/${name.replace("/", "-")}/parcel`;

  it("with Parcel, which installs nothing more", async () => {
    project.write({
      [`${folder}/index.html`]: html('<script type="module" src="./main.js"></script>'),
      [`${folder}/main.js`]: main,
    });
    const before = project.read("package.json");
    project.run(folder, "parcel", "build", "index.html", "--dist-dir", "dist", "--no-cache");
    project.copy("examples/digits.wav", `${folder}/dist/digits.wav`);
    const files = filesIn(`${folder}/dist`);
    expect(files.filter((file) => file.endsWith(".wasm"))).toHaveLength(5);
    expect(files.filter((file) => file.endsWith(".safetensors"))).toHaveLength(1);
    expect(await answerIn(browser, join(project.folder, folder, "dist"))).toBe(heard);
    expect(project.read("package.json")).toBe(before);
  });
});

it("foldvox/plain with Metro, as React Native configures it", async () => {
  const folder = "apps/metro";
  project.write({
    [`${folder}/main.js`]: `import { createRecognizerSync } from "foldvox/plain";
globalThis.hear = (model, samples) => {
  const recognizer = createRecognizerSync({ model });
  const stream = recognizer.createStream();
  stream.acceptWaveform(16000, samples);
  stream.inputFinished();
  return recognizer.build + ": " + stream.results().map(({ text }) => text).join(" ");
};`,
    // Without the scripts that React Native itself runs first.
    [`${folder}/metro.config.js`]: `const { getDefaultConfig, mergeConfig } = require("@react-native/metro-config");
module.exports = mergeConfig(getDefaultConfig(__dirname), {
  watchFolders: [require("node:path").resolve(__dirname, "../..")],
  serializer: { getModulesRunBeforeMainModule: () => [], getPolyfills: () => [] },
  cacheStores: [],
});`,
  });
  project.run(folder, "metro", "build", "main.js", "--config", "metro.config.js", "--platform", "ios", "--out", "app");
  const context = createContext({ console });
  runInContext(project.read(`${folder}/app.js`), context);
  const model = bytesOf("models/commands.safetensors");
  expect((context as { hear(...given: unknown[]): string }).hear(model, digits)).toBe(
    heard.replace("relaxed", "plain"),
  );
});

it("carries the models that a page names, and no others, with webpack", async () => {
  const folder = "apps/english";
  project.write({
    [`${folder}/src/index.js`]: withEnglish,
    [`${folder}/dist/index.html`]: html('<script defer src="./main.js"></script>'),
  });
  project.copy("examples/digits.wav", `${folder}/dist/digits.wav`);
  project.run(folder, "webpack", "--mode", "production");
  const files = filesIn(`${folder}/dist`);
  for (const [kind, count] of [
    ["safetensors", 2],
    ["lexicon", 1],
    ["ngrams", 1],
  ]) {
    expect(files.filter((file) => file.endsWith(`.${kind}`))).toHaveLength(count as number);
  }
  expect(await answerIn(browser, join(project.folder, folder, "dist"))).toBe(heard);
});

it("a webpack page that requires foldvox", async () => {
  const folder = "apps/require";
  project.write({
    [`${folder}/src/index.js`]: script('const { createRecognizer } = require("foldvox");', "createRecognizer()"),
    [`${folder}/dist/index.html`]: html('<script defer src="./main.js"></script>'),
  });
  project.copy("examples/digits.wav", `${folder}/dist/digits.wav`);
  project.run(folder, "webpack", "--mode", "production");
  expect(await answerIn(browser, join(project.folder, folder, "dist"))).toBe(heard);
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

/** What a server component of Next.js makes of the recording, or why it cannot. */
const serverComponent = `import { readFile } from "node:fs/promises";
import { createRecognizer } from "foldvox";
export const dynamic = "force-dynamic";
async function hear() {
  const recognizer = await createRecognizer();
  const wav = await readFile("public/digits.wav");
  const stream = recognizer.createStream();
  stream.acceptWaveform(16000, new Int16Array(wav.buffer, wav.byteOffset + 44, (wav.length - 44) >> 1));
  stream.inputFinished();
  return recognizer.build + ": " + stream.results().map(({ text }) => text).join(" ");
}
export default async function Page() {
  return <main>{await hear().catch(({ code, message }) => code + ": " + message)}</main>;
}`;

const layout =
  "export default ({ children }) => <html lang='en'><body suppressHydrationWarning>{children}</body></html>;";

const textOf = async (url: string) => /<main>(.*?)<\/main>/.exec(await (await fetch(url)).text())?.[1];

it("in a server component of Next.js that names foldvox in serverExternalPackages", async () => {
  const folder = "apps/next-server";
  project.write({
    [`${folder}/package.json`]: '{ "private": true }',
    [`${folder}/next.config.mjs`]: 'export default { serverExternalPackages: ["foldvox"] };',
    [`${folder}/app/layout.jsx`]: layout,
    [`${folder}/app/page.jsx`]: serverComponent,
  });
  project.copy("examples/digits.wav", `${folder}/public/digits.wav`);
  project.run(folder, "next", "build");
  const port = await freePort();
  const server = await start(folder, port);
  try {
    // Node decides which build runs.
    expect(await textOf(`http://localhost:${port}/`)).toMatch(new RegExp(`^(relaxed|simd): ${heard.slice(9)}$`));
  } finally {
    server.kill();
    await once(server, "close");
  }
});

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
    [`${folder}/app/layout.jsx`]: layout,
    [`${folder}/app/page.jsx`]: component,
  });
  project.write({ [`${folder}/app/server/page.jsx`]: serverComponent });
  project.copy("examples/digits.wav", `${folder}/public/digits.wav`);
  project.run(folder, "next", "build");
  expect(filesIn(`${folder}/.next/static`).filter((file) => file.endsWith(".wasm"))).toHaveLength(5);
  const port = await freePort();
  const server = await start(folder, port);
  try {
    expect(await answerAt(browser, `http://localhost:${port}/`)).toBe(heard);
    // A server component needs a line of configuration, and is told so.
    expect(await textOf(`http://localhost:${port}/server`)).toContain("serverExternalPackages");
  } finally {
    server.kill();
    await once(server, "close");
  }
});
