// examples/vite and examples/react in real browsers, built and from Vite's development server, with a microphone that plays the
// example recording.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { build, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BROWSERS, launch, newPage, recording, type Spied, textOf } from "./support/browsers.ts";
import { digits, errorsOf, nodeWords, worstErrors } from "./support/node-words.ts";
import { openSite } from "./support/site.ts";
import { openSoundCard, type SoundCard } from "./support/sound-card.ts";

declare const spied: Spied;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Serves an example as its users would see it. */
async function open(example: string, how: "built" | "development") {
  const root = join("examples", example);
  if (how === "development") {
    const server = await createServer({ root, cacheDir: mkdtempSync(join(tmpdir(), "vite-")), logLevel: "warn" });
    await server.listen(0);
    return { url: server.resolvedUrls!.local[0]!, close: () => server.close() };
  }
  const outDir = mkdtempSync(join(tmpdir(), "foldvox-example-"));
  await build({ root, build: { outDir, emptyOutDir: true }, logLevel: "warn" });
  const site = await openSite(outDir);
  return {
    url: site.url,
    close: async () => {
      await site.close();
      rmSync(outDir, { recursive: true });
    },
  };
}

/** Presses the button, lets the recording play, presses again. */
async function talk(page: Page, card: SoundCard, name: string): Promise<void> {
  await page.waitForSelector("#listen:enabled");
  await page.click("#listen");
  await page.waitForFunction(() => document.getElementById("listen")!.textContent === "Stop");
  await page.waitForFunction(() => spied.samples.length > 0);
  await (name === "firefox" ? card.play(recording) : pause((digits.length / 16000) * 1000));
  await pause(1000);
  await page.click("#listen");
  await page.waitForFunction(() => spied.tracks.every(({ readyState }) => readyState === "ended"));
  await page.waitForFunction(() => document.getElementById("listen")!.textContent === "Listen");
}

async function heardSamples(page: Page): Promise<Float32Array> {
  return Float32Array.from((await page.evaluate(() => spied.samples.map((samples) => [...samples]))).flat());
}

describe.each(BROWSERS)("in %s", (name) => {
  let card: SoundCard;
  let browser: Browser;

  beforeAll(async () => {
    card = await openSoundCard();
    browser = await launch(name, "plays", card.env);
  });

  afterAll(async () => {
    await browser?.close();
    card?.close();
  });

  it.each([
    ["vite", "built", "#finals"],
    ["vite", "development", "#finals"],
    ["react", "built", "#final"],
    ["react", "development", "#final"],
  ] as const)("examples/%s, %s, hears the microphone", async (example, how, finals) => {
    const site = await open(example, how);
    const { page, errors, close } = await newPage(browser);
    try {
      await page.goto(site.url);
      await talk(page, card, name);
      await page.waitForFunction((selector) => document.querySelector(selector)!.textContent !== "", {}, finals);
      await pause(500);
      const lines =
        example === "react"
          ? [await textOf(page, finals)]
          : await page.$$eval(`${finals} li`, (items) => items.map((item) => item.textContent ?? ""));
      const words = lines.flatMap((line) => line.split(" "));
      expect(words).toEqual(nodeWords(await heardSamples(page)));
      expect(errorsOf(words)).toBeLessThanOrEqual(worstErrors() + 1);
      expect(errors.filter((error) => !error.includes("favicon") && !error.includes("404"))).toEqual([]);
    } finally {
      await close();
      await site.close();
    }
  });
});
