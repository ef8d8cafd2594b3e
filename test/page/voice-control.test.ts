// The voice-control demo, in the page's own HTML.

import { readFileSync } from "node:fs";
import { Window } from "happy-dom";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VoiceControl } from "../../web/page/voice-control.ts";

const html = readFileSync(new URL("../../web/index.html", import.meta.url), "utf8");
let document: Document;
let control: VoiceControl;

beforeEach(() => {
  const window = new Window();
  document = window.document as unknown as Document;
  document.body.innerHTML = html.slice(html.indexOf("<main>"), html.indexOf("</main>"));
  vi.stubGlobal("document", document);
  control = new VoiceControl();
});

afterEach(() => vi.unstubAllGlobals());

const say = (...words: string[]) => {
  for (const word of words) control.obey(word);
};
const place = () => document.getElementById("board")!.getAttribute("aria-label");

it("moves the marker, and not out of the board", () => {
  expect(place()).toBe("Marker in column 4 of 7, row 3 of 5");
  say("up", "left", "left");
  expect(place()).toBe("Marker in column 2 of 7, row 2 of 5");
  say("up", "up", "up", "right", "down");
  expect(place()).toBe("Marker in column 3 of 7, row 2 of 5");
});

it("switches the lamp", () => {
  say("on");
  expect(document.getElementById("lamp")!.dataset.on).toBe("true");
  expect(document.getElementById("lamp-state")!.textContent).toBe("on");
  say("off");
  expect(document.getElementById("lamp")!.dataset.on).toBe("false");
});

it("writes digits, takes one back, and leaves other words alone", () => {
  say("one", "zero", "nine", "no", "yes", "stop", "seven");
  expect((document.getElementById("digits") as HTMLInputElement).value).toBe("107");
});
