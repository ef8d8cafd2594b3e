// Chromium over the DevTools protocol and Firefox over WebDriver BiDi, both from the system. Chromium fakes a microphone from a
// recording by itself; in Firefox, which cannot, the page's getUserMedia is replaced by one that plays the recording.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** plays: the example recording; refused: the user says no; missing: there is no device. */
export type FakeMicrophone = "plays" | "refused" | "missing";

const example = (name: string) => fileURLToPath(new URL(`../../../examples/${name}.wav`, import.meta.url));
export const recording = example("digits");
export const spokenPhrases = example("phrases");

/** The first of these programs that is installed. */
export function executable(...candidates: string[]): string {
  const found = candidates.find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`none of ${candidates.join(", ")} is there; run scripts/install-browsers.sh`);
}

const CHROMIUM: Record<FakeMicrophone, string[]> = {
  plays: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  refused: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
  missing: ["--use-fake-ui-for-media-stream"],
};

const FIREFOX: Record<FakeMicrophone, Record<string, unknown>> = {
  // Sound that is played into a graph may start without a click.
  plays: { "media.navigator.permission.disabled": true, "media.autoplay.default": 0 },
  refused: { "permissions.default.microphone": 2 },
  missing: { "media.navigator.permission.disabled": true },
};

/**
 * `sound` is the environment of a sound card: Firefox has none, and no microphone, without it. `played` is what Chromium's fake
 * microphone hears.
 */
export function launch(
  name: BrowserName,
  microphone: FakeMicrophone = "plays",
  sound: Record<string, string> = {},
  played: string = recording,
): Promise<Browser> {
  if (name === "chromium") {
    return puppeteer.launch({
      browser: "chrome",
      executablePath: executable("/usr/bin/chromium", "/usr/bin/chromium-browser"),
      // Chromium will not run in its own sandbox as root, which CI is.
      args: ["--no-sandbox", `--use-file-for-fake-audio-capture=${played}%noloop`, ...CHROMIUM[microphone]],
    });
  }
  return puppeteer.launch({
    browser: "firefox",
    executablePath: executable("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    env: { ...process.env, ...sound },
    extraPrefsFirefox: FIREFOX[microphone],
  });
}

/** What the test sees of the page's sound: tracks and contexts that it opened, and samples that it gave to the recognizer. */
export interface Spied {
  tracks: MediaStreamTrack[];
  contexts: AudioContext[];
  samples: Float32Array[];
  /** When samples went to the recognizer, by performance.now(). */
  times: number[];
}

function spy(): void {
  const spied: Spied = { tracks: [], contexts: [], samples: [], times: [] };
  (globalThis as unknown as { spied: Spied }).spied = spied;
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    spied.tracks.push(...stream.getTracks());
    return stream;
  };
  const createSource = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    spied.contexts.push(this);
    return createSource.call(this, stream);
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message: { call?: string; samples?: Float32Array }, ...rest: []) {
    if (message.call === "acceptWaveform") {
      spied.samples.push(message.samples!.slice());
      spied.times.push(performance.now());
    }
    post.call(this, message, ...rest);
  };
}

/**
 * Replaces the microphone by a recording that begins when it is opened, as Chromium's does. The sound never leaves the browser's
 * graph, so a busy machine delays it but drops nothing of it; a sound card would.
 */
function playAsMicrophone(base64: string): void {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(bytes.buffer);
    const destination = context.createMediaStreamDestination();
    source.connect(destination);
    await context.resume();
    // A microphone is open before anybody speaks.
    source.start(context.currentTime + 0.5);
    return destination.stream;
  };
}

/**
 * A fresh page that keeps what goes wrong in it. `errors` are exceptions and what the console calls an error. `played` is what its
 * microphone hears, where the browser has none of its own.
 */
export async function newPage(browser: Browser, played?: string) {
  // A context of its own: nothing in any cache, no service worker.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  if (played) await page.evaluateOnNewDocument(playAsMicrophone, readFileSync(played).toString("base64"));
  await page.evaluateOnNewDocument(spy);
  await page.setViewport({ width: 1280, height: 800 });
  return { page, errors, close: () => context.close() };
}

/** Waits until the page's state is one of these, and returns it. */
export async function stateOf(page: Page, ...states: string[]): Promise<string> {
  await page.waitForFunction((wanted) => wanted.includes(document.documentElement.dataset.state ?? ""), {}, states);
  return page.evaluate(() => document.documentElement.dataset.state ?? "");
}

export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (found) => (found.textContent ?? "").trim());

/** The lines of the transcript. */
export const finalLines = (page: Page): Promise<string[]> =>
  page.$$eval("#finals p", (found) => found.map((line) => line.textContent ?? ""));

/** All words of finished utterances. */
export async function finalWords(page: Page): Promise<string[]> {
  return (await finalLines(page)).flatMap((line) => line.split(" "));
}
