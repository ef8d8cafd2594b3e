// A runtime in headless Chromium, in a page of its own that is cross-origin isolated: `foldvox` or `onnxruntime`, as the argument
// behind the protocol's says. FOLDVOX_CHROMIUM names the browser. The process that is looked at from outside is Node's.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "puppeteer-core";
import { answer } from "./protocol.mjs";

const TYPES = {
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};
const root = fileURLToPath(new URL("../../..", import.meta.url));

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-embedder-policy", "require-corp");
  response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
  if (path === "/empty.html") return response.end("<!doctype html><title>bench</title>");
  try {
    response.end(await readFile(resolve(root, `.${path}`)));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((listening) => server.listen(0, "localhost", listening));

const browser = await launch({
  executablePath: process.env.FOLDVOX_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
  // Its own handler would close the browser and leave this process waiting.
  handleSIGTERM: false,
});
process.on("exit", () => browser.process()?.kill());
process.on("SIGTERM", () => process.exit());

async function load(folder, precision, threads) {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/empty.html`);
  const prepare = async (runtime, url, precision, threads) => {
    const { prepare } = await import("/bench/peers/workers/in-page.mjs");
    globalThis.start = await prepare(runtime, url, precision, threads);
  };
  await page.evaluate(prepare, process.argv[6], `/${relative(root, resolve(folder))}`, precision, threads);
  return async () => {
    await page.evaluate(async () => {
      globalThis.model = await globalThis.start();
    });
    return {
      first: () => page.evaluate(() => globalThis.model.first()),
      check: async () => Float32Array.from(await page.evaluate(async () => Array.from(await globalThis.model.check()))),
      run: (count) => page.evaluate((n) => globalThis.model.run(n), count),
    };
  };
}

await answer(load);
