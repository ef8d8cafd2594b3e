// Pictures of the page for people to look at, in build/screenshots: desktop, phone and a narrow one, light and dark, in each of its states. The
// test itself only checks that nothing sticks out of the window.

import { mkdirSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, newPage, stateOf } from "./support/browsers.ts";
import { openSite, type Site } from "./support/site.ts";

const FOLDER = "build/screenshots";
const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  narrow: { width: 320, height: 640, isMobile: true, hasTouch: true },
};

let site: Site;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  site = await openSite();
  browser = await launch("chromium", "refused");
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function shoot(page: Page, name: string): Promise<void> {
  const { width } = page.viewport()!;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: !name.includes("desktop") });
}

const CASES = Object.keys(SIZES).flatMap((size) => ["light", "dark"].map((scheme) => [size, scheme] as const));

it.each(CASES)("%s, %s", async (size, scheme) => {
  const { page, close } = await newPage(browser);
  await page.setViewport(SIZES[size as keyof typeof SIZES]);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(site.url);
  await stateOf(page, "ready");
  for (const mode of ["phrases", "dictation", "words"]) {
    await page.click(`#tab-${mode}`);
    await page.waitForFunction(() => document.querySelector("#spoken .word") !== null);
    await shoot(page, `${size}-${scheme}-${mode}`);
  }
  await page.click("#example");
  await stateOf(page, "listening");
  await page.waitForFunction(() => document.getElementById("partial")!.textContent!.trim() !== "");
  await shoot(page, `${size}-${scheme}-listening`);
  await stateOf(page, "ready");
  await shoot(page, `${size}-${scheme}-after`);
  await page.click("#microphone");
  await page.waitForSelector("#error:not([hidden])");
  await shoot(page, `${size}-${scheme}-error`);
  await close();
});
