// Pages in Chromium that transcribe the example recording and say in their `data-` attributes what they heard.

import type { Browser } from "puppeteer-core";
import { serve } from "../../../scripts/serve.mjs";
import { newPage } from "../../web/support/browsers.ts";

/** A page's script. `start` is an expression that makes a recognizer of the page's thread or of a worker. */
export const script = (imports: string, start: string, seconds = 10): string => `${imports}
async function transcribe() {
  const recognizer = await ${start};
  const wav = await (await fetch("digits.wav")).arrayBuffer();
  const samples = new Int16Array(wav.slice(44, 44 + 32000 * ${seconds}));
  const words = [];
  // A worker's streams tell; those of the page's thread are asked.
  const isAsked = "encode" in recognizer;
  const stream = await recognizer.createStream(isAsked ? {} : { onFinal: ({ text }) => words.push(text) });
  await stream.acceptWaveform(16000, samples);
  await stream.inputFinished();
  if (isAsked) for (const { text } of stream.results()) words.push(text);
  return recognizer.build + ": " + words.join(" ");
}
transcribe().then(
  (heard) => (document.body.dataset.answer = heard),
  ({ code, message }) => (document.body.dataset.answer = code + ": " + message),
);
`;

export const html = (head: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Digits</title><link rel="icon" href="data:,">${head}</head><body></body></html>`;

/** What a page answers, once it has; throws with the page's errors if it does not. */
export async function answerAt(browser: Browser, url: string): Promise<string> {
  const { page, errors, close } = await newPage(browser);
  try {
    await page.goto(url);
    await page.waitForFunction(() => document.body.dataset.answer, { timeout: 300_000 });
    return await page.evaluate(() => document.body.dataset.answer!);
  } catch (cause) {
    throw new Error(`the page does not answer: ${errors.join("; ")}`, { cause });
  } finally {
    await close();
  }
}

/** What the page in a folder answers. */
export async function answerIn(browser: Browser, folder: string, page = ""): Promise<string> {
  const server = await serve(folder);
  try {
    return await answerAt(browser, `http://localhost:${(server.address() as { port: number }).port}/${page}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
