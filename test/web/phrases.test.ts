// Phrases that are typed into the page's box, in real browsers with a microphone that speaks some: understood soon after they end,
// and answered where they are none.

import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BROWSERS,
  finalLines,
  launch,
  newPage,
  type Spied,
  spokenPhrases,
  stateOf,
  textOf,
} from "./support/browsers.ts";
import { openSite, type Site } from "./support/site.ts";
import { openSoundCard, type SoundCard } from "./support/sound-card.ts";

declare const spied: Spied & { ends: Record<string, number>; understood: Record<string, number> };

const TYPED = `story: tell me a <kind>
timer: set a timer for <minutes> minutes
<kind> = story | joke
<minutes> = five {5} | ten {10}`;
/** Milliseconds from a phrase's end. */
const SOON = 300;

/** Notes when each text was last told, by the recognizer's times, and when the page first showed all of its meaning. */
function watchUnderstanding(): void {
  Object.assign(spied, { ends: {}, understood: {} });
  const NativeWorker = globalThis.Worker;
  globalThis.Worker = class extends NativeWorker {
    constructor(...given: ConstructorParameters<typeof NativeWorker>) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { text, result = [] } = data.final ?? {};
        if (text) spied.ends[text] = result[result.length - 1].end;
      });
    }
  };
  addEventListener("DOMContentLoaded", () => {
    const host = document.getElementById("understood")!;
    new MutationObserver(() => {
      const shown = `${document.getElementById("intent")!.textContent} ${document.getElementById("slots")!.textContent}`;
      spied.understood[shown] ??= performance.now();
    }).observe(host, { childList: true, subtree: true, characterData: true });
  });
}

/** Milliseconds between the end of a spoken text and its meaning's being shown. */
async function delayOf(page: Page, text: string, shown: string): Promise<number> {
  return page.evaluate(
    (text, shown) => {
      const begun = spied.times[0]! - (spied.samples[0]!.length / 16000) * 1000;
      return spied.understood[shown]! - begun - spied.ends[text]! * 1000;
    },
    text,
    shown,
  );
}

describe.each(BROWSERS)("phrases in %s", (name) => {
  let site: Site;
  let card: SoundCard;
  let browser: Browser;

  beforeAll(async () => {
    site = await openSite();
    card = await openSoundCard();
    browser = await launch(name, "plays", card.env, spokenPhrases);
  });

  afterAll(async () => {
    await browser?.close();
    card?.close();
    await site?.close();
  });

  it(`understands what was typed within ${SOON} ms of its end, and says what is none of it`, async () => {
    const { page, errors, close } = await newPage(browser, name === "firefox" ? spokenPhrases : undefined);
    await page.evaluateOnNewDocument(watchUnderstanding);
    await page.goto(site.url);
    await stateOf(page, "ready");
    await page.$eval("#phrases", (box) => {
      (box as HTMLTextAreaElement).value = "";
    });
    await page.type("#phrases", TYPED);
    // The model is there before it counts.
    await page.click("#aloud");
    await page.click("#example");
    await page.waitForSelector("#recents li");
    await stateOf(page, "ready");
    await page.evaluate(() => {
      Object.assign(spied, { times: [], samples: [], ends: {}, understood: {} });
    });
    await page.click("#microphone");
    await stateOf(page, "listening");
    await page.waitForFunction(() => spied.ends["set a timer for ten minutes"] !== undefined);
    await page.click("#microphone");
    await stateOf(page, "ready");

    const lines = await finalLines(page);
    expect(lines[0]).toMatch(/^Heard speech, none of the phrases\. Nearest: “.+”, (< 1|\d+) %\.$/);
    expect(lines.slice(1, 3)).toEqual(["tell me a story", "set a timer for ten minutes"]);
    expect(await textOf(page, "#intent")).toBe("timer");
    expect(await textOf(page, "#slots")).toBe("minutes10");
    const delays = [
      await delayOf(page, "tell me a story", "story kindstory"),
      await delayOf(page, "set a timer for ten minutes", "timer minutes10"),
    ];
    console.log(`${name}: understood ${delays.map(Math.round).join(" and ")} ms after their ends`);
    // Which part of a segment is heard when a phrase ends is chance: the better of two. Other work on the machine is not the page's.
    expect(Math.min(...delays)).toBeLessThan(SOON);
    expect(errors).toEqual([]);
    await close();
  });

  it("tells what is wrong with a phrase, at the box", async () => {
    const { page, close } = await newPage(browser);
    await page.goto(site.url);
    await stateOf(page, "ready");
    await page.click("#aloud");
    await page.click("#example");
    await page.waitForSelector("#recents li");
    await page.type("#phrases", "broken: turn (on\n");
    await page.click("#example");
    await page.waitForSelector("#error:not([hidden]), #phrases-error:not([hidden])");
    expect(await textOf(page, "#error")).toMatch(/grammar/);
    await close();
  });
});
