// The page by axe-core's rules, light and dark, at rest and with an error; and what screen readers are told.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, newPage, stateOf } from "./support/browsers.ts";
import { openSite, type Site } from "./support/site.ts";

declare const axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

const source = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
let site: Site;
let browser: Browser;

beforeAll(async () => {
  site = await openSite();
  browser = await launch("chromium", "refused");
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const found = await page.evaluate(async () => (await axe.run()).violations);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

it.each(["light", "dark"])(
  "breaks no rule, %s, in any mode, at rest, after a run and with an error",
  async (scheme) => {
    const { page, close } = await newPage(browser);
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await page.goto(site.url);
    await stateOf(page, "ready");
    await page.click("#aloud");
    for (const mode of ["phrases", "dictation", "words"]) {
      await page.click(`#tab-${mode}`);
      await page.waitForFunction(() => document.getElementById("finals")!.textContent !== "");
      expect(await violations(page), mode).toEqual([]);
    }
    await page.click("#example");
    await page.waitForSelector("#recents li");
    await stateOf(page, "ready");
    await page.click("#microphone");
    await page.waitForSelector("#error:not([hidden])");
    // The words that were heard last are lit for a moment.
    await page.waitForFunction(() => document.querySelector(".heard") === null);
    expect(await violations(page)).toEqual([]);
    await close();
  },
);

it("reads finished utterances aloud, partials not, and reaches every control by keyboard", async () => {
  const { page, close } = await newPage(browser);
  await page.goto(site.url);
  await stateOf(page, "ready");
  const live = await page.$$eval("[aria-live], [role=status], [role=alert]", (found) => found.map(({ id }) => id));
  const told = [
    "advice",
    "caught",
    "error",
    "finals",
    "hotwords-error",
    "phrases-error",
    "score",
    "status",
    "understood",
  ];
  expect(live.sort()).toEqual(told);
  expect(await page.$eval("#partial", (partial) => partial.getAttribute("aria-hidden"))).toBe("true");
  const reached: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement?.id ?? ""));
  }
  const controls = [
    ...["language", "copy-install", "tab-phrases", "transcript", "clear", "microphone", "example", "open", "aloud"],
    ...["phrases", "keywords", "copy-code"],
  ];
  // Behind the last one the window begins anew.
  expect(reached.filter((id) => controls.includes(id)).slice(0, controls.length)).toEqual(controls);
  await close();
});

it("speaks the visitor's language, and moves between tabs by arrow keys", async () => {
  const { page, close } = await newPage(browser);
  await page.goto(site.url);
  await stateOf(page, "ready");
  for (const [code, title] of [
    ["de", "Spracherkennung"],
    ["es", "Reconocimiento"],
    ["fr", "reconnaissance"],
  ] as const) {
    await page.select("#language", code);
    await page.waitForFunction((lang) => document.documentElement.lang === lang, {}, code);
    expect(await page.$eval("h1", (heading) => heading.textContent)).toContain(title);
    expect(await violations(page), code).toEqual([]);
  }
  await page.focus("#tab-phrases");
  await page.keyboard.press("ArrowLeft");
  expect(await page.evaluate(() => [document.activeElement!.id, document.documentElement.dataset.mode])).toEqual([
    "tab-words",
    "words",
  ]);
  await close();
});
