// The documentation's pages in real browsers: axe-core's rules, room on narrow screens, links, search, and the live examples.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BROWSERS, launch, newPage } from "./support/browsers.ts";
import { openSite, type Site } from "./support/site.ts";

declare const axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

const FOLDER = "build/web/docs";
const source = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const files = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((file) => file.endsWith(".html")).sort();
/** The API's pages are alike: one of each kind. */
const looked = files.filter(
  (file) => !/^api\/.*\//.test(file) || /(createRecognizer|Stream|FinalResult|index)\.html$/.test(file),
);

it("has no link that leads nowhere", () => {
  const ids = new Map(
    files.map((file) => {
      const html = readFileSync(join(FOLDER, file), "utf8");
      return [file, new Set(Array.from(html.matchAll(/ id="([^"]*)"/g), ([, id]) => id!))] as const;
    }),
  );
  const broken: string[] = [];
  for (const file of files) {
    for (const [, href] of readFileSync(join(FOLDER, file), "utf8").matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href!)) continue;
      const [path, hash] = href!.split("#");
      const target = path === "" ? file : normalize(join(dirname(file), path!.replace(/\/$/, "/index.html")));
      const exists = existsSync(join(FOLDER, target));
      if (!exists || (hash && ids.has(target) && !ids.get(target)!.has(decodeURIComponent(hash)))) {
        broken.push(`${file}: ${href}`);
      }
    }
  }
  expect(files.length).toBeGreaterThan(30);
  expect(broken).toEqual([]);
});

describe("pages", () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    site = await openSite("build/web");
    browser = await launch("chromium", "refused");
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it.each(looked)("%s breaks no rule, light and dark, and fits 320 pixels", async (file) => {
    const { page, errors, close } = await newPage(browser);
    for (const [width, scheme] of [
      [1280, "light"],
      [320, "dark"],
    ] as const) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(`${site.url}docs/${file}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.evaluate(source);
      const violations = await page.evaluate(async () => (await axe.run()).violations);
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    }
    expect(errors).toEqual([]);
    await close();
  });
});

describe.each(BROWSERS)("in %s", (name) => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    site = await openSite("build/web");
    browser = await launch(name, "refused");
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it("finds pages by their text, by keyboard alone", async () => {
    const { page, close } = await newPage(browser);
    await page.goto(`${site.url}docs/guide.html`);
    await page.keyboard.press("/");
    await page.type("#search", "sensitivty keywords");
    await page.waitForSelector("#found a");
    expect(await page.$eval("#found a", (link) => link.getAttribute("href"))).toMatch(/^phrases\.html#/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.pathname.endsWith("/docs/phrases.html"));
    await close();
  });

  it.each([
    ["guide", "three one nine"],
    ["phrases", '"intent":"light"'],
  ])("runs the live example of %s", async (file, heard) => {
    const { page, errors, close } = await newPage(browser);
    await page.goto(`${site.url}docs/${file}.html`);
    await page.waitForSelector(".live button");
    await page.$eval('.live [data-do="play"]', (button) => (button as HTMLElement).click());
    await page.waitForFunction((text) => document.querySelector(".heard")!.textContent!.includes(text), {}, heard);
    expect(errors).toEqual([]);
    await close();
  });
});
