// The page's service worker in a real browser, under downloads that do not come to their end: a tab that is closed in the middle, a
// connection that breaks. Neither may spoil what comes after.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../scripts/serve.mjs";
import { launch, stateOf } from "./support/browsers.ts";

/** A model that the service worker does not keep, for it is not the one that the page opens with. */
const LARGE = "/models/large.safetensors";
const content = readFileSync("models/english.safetensors");
/** More than a megabyte, so that the page's own cache keeps a piece of it, and goes on from there. */
const broken = Math.floor(content.length * 0.7);

/** What becomes of the next download of it: a part of it comes, and then nothing more, or the connection ends. */
type Fault = "stall" | "cut";

let folder: string;
let server: Server;
let browser: Browser;
let context: BrowserContext;
let faults: Fault[] = [];
/** Ranges that were asked for; null is the whole file. */
let asked: (string | null)[] = [];
/** Whether the service worker's script cannot be had: a first visit may be over before it is there. */
let isWithheld = false;

function answerLarge({ method, headers }: IncomingMessage, response: ServerResponse): void {
  const { range } = headers;
  const [, first = "0", last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const from = Number(first);
  const end = last ? Number(last) + 1 : content.length;
  response.setHeader("etag", '"one"');
  response.setHeader("content-length", end - from);
  if (range) {
    response.setHeader("content-range", `bytes ${from}-${end - 1}/${content.length}`);
    response.statusCode = 206;
  }
  if (method === "HEAD") {
    response.end();
    return;
  }
  asked.push(range ?? null);
  const fault = faults.shift();
  if (!fault) response.end(content.subarray(from, end));
  else
    response.write(content.subarray(from, broken), () => fault === "cut" && setTimeout(() => response.destroy(), 100));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "foldvox-site-"));
  cpSync("build/web", folder, { recursive: true });
  writeFileSync(join(folder, LARGE), content);
  const models = JSON.parse(readFileSync(join(folder, "models.json"), "utf8")) as object[];
  const large = { name: "large", url: `.${LARGE}`, bytes: content.length };
  writeFileSync(join(folder, "models.json"), JSON.stringify([...models, large]));
  server = await serve(folder);
  const [answer] = server.listeners("request") as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (request.url === LARGE) answerLarge(request, response);
    else if (isWithheld && request.url === "/service-worker.js") response.writeHead(503).end();
    else answer!(request, response);
  });
  browser = await launch("chromium");
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  faults = [];
  asked = [];
  isWithheld = false;
  context = await browser.createBrowserContext();
  return () => context.close();
});

/** The page, ready to listen. */
async function visit(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await stateOf(page, "ready");
  return page;
}

/** The page when the service worker answers for it. */
async function visitWithWorker(): Promise<Page> {
  const page = await visit();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}

/** Runs the example with the large model, as far as that state. */
async function run(page: Page, expected: "opening" | "listening"): Promise<void> {
  await page.click("#tab-words");
  await page.select("#model", "large");
  await page.click("#example");
  await stateOf(page, "opening");
  if (expected === "opening") return;
  const state = await stateOf(page, "listening", "ready");
  expect(state, await page.$eval("#error", (error) => error.textContent!)).toBe(expected);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("the page in chromium, whose downloads break off", () => {
  it("loads a model after a tab was closed in the middle of its first download, then and ever after", async () => {
    isWithheld = true;
    const first = await visit();
    faults = ["stall"];
    await run(first, "opening");
    await until(() => asked.length === 1);
    // Long enough for what came to be kept, as far as it is.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.close();

    isWithheld = false;
    await run(await visitWithWorker(), "listening");
    expect(Number(/\d+/.exec(asked.at(-1) ?? "")?.[0])).toBeGreaterThan(0);
    const downloads = asked.length;
    await run(await visitWithWorker(), "listening");
    expect(asked.slice(downloads)).toEqual([]);
  });

  it("goes on with a download where it was cut, whose beginning the page got", async () => {
    const page = await visitWithWorker();
    faults = ["cut"];
    await run(page, "listening");
    expect(asked[0]).toBeNull();
    expect(Number(/\d+/.exec(asked[1] ?? "")?.[0])).toBeGreaterThan(0);
    expect(asked).toHaveLength(2);
  });
});
