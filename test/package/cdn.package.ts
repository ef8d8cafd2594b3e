// Pages whose foldvox lies on another server, as on a CDN, or in a bundle that does not know where it lies. In Chromium.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { build as esbuild } from "esbuild";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../web/support/browsers.ts";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { answerAt, html, script } from "./support/page.ts";
import { createProject, type Project } from "./support/project.ts";

const SECONDS = 4;
const words = nodeWords(digits.subarray(0, 16000 * SECONDS)).join(" ");
const TYPES: Record<string, string> = { ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };
let project: Project;
let browser: Browser;
const servers: Server[] = [];

/** Serves a folder of the project to every origin; returns its own. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://host");
    const path = pathname === "/" ? "/index.html" : pathname;
    try {
      const body = readFileSync(join(project.folder, folder, path));
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return `http://localhost:${(server.address() as { port: number }).port}`;
}

beforeAll(async () => {
  project = createProject();
  browser = await launch("chromium");
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await browser?.close();
  project?.remove();
});

/** What a page in a folder of its own answers to a script. */
async function answer(folder: string, main: string, policy = "", tag = 'type="module"'): Promise<string> {
  const meta = policy && `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  project.write({
    [`${folder}/index.html`]: html(`${meta}<script ${tag} src="main.js"></script>`),
    [`${folder}/main.js`]: main,
  });
  project.copy("examples/digits.wav", `${folder}/digits.wav`);
  return answerAt(browser, `${await serve(folder)}/`);
}

it("a worker starts from a CDN, and says what to do where the policy does not allow it", async () => {
  const cdn = await serve("node_modules/foldvox");
  const imports = `import { createWorkerRecognizer } from "${cdn}/build/worker-recognizer.js";`;
  const main = script(imports, "createWorkerRecognizer()", SECONDS);
  expect(await answer("cdn", main)).toBe(`relaxed: ${words}`);
  expect(await answer("cdn-policy", main, "worker-src 'self'")).toMatch(
    /^io: .*worker\.js from the page's own origin.*worker-src/,
  );
});

it("a worker starts from where it is told", async () => {
  const cdn = await serve("node_modules/foldvox");
  const imports = `import { createWorkerRecognizer } from "${cdn}/build/worker-recognizer.js";`;
  const main = script(imports, `createWorkerRecognizer({ worker: "${cdn}/build/worker.js" })`, SECONDS);
  expect(await answer("told", main)).toBe(`relaxed: ${words}`);
});

it("a bundle that does not know where it lies looks beside its script, and says what to do", async () => {
  const imports = 'import { createRecognizer } from "foldvox";';
  project.write({ "iife/src.js": script(imports, "createRecognizer()", SECONDS) });
  const source = join(project.folder, "iife/src.js");
  const { outputFiles } = await esbuild({
    entryPoints: [source],
    bundle: true,
    format: "iife",
    write: false,
    logLevel: "error",
  });
  const bundle = outputFiles[0]!.text;
  expect(await answer("iife-alone", bundle, "", "defer")).toMatch(/^io: .*by the options wasm and model/);
  project.copy("build/foldvox.simd.wasm", "iife-beside/foldvox.simd.wasm");
  project.copy("models/commands.safetensors", "iife-beside/commands.safetensors");
  expect(await answer("iife-beside", bundle, "", "defer")).toBe(`simd: ${words}`);
});

it("required in a bundle, it is the modules' build", async () => {
  project.write({ "required/src.js": 'globalThis.foldvox = require("foldvox");' });
  const source = join(project.folder, "required/src.js");
  const { metafile } = await esbuild({
    entryPoints: [source],
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "error",
  });
  expect(Object.keys(metafile.inputs).some((path) => path.endsWith("foldvox/build/index.js"))).toBe(true);
});
