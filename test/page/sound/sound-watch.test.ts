// What the page says of the sound that a microphone gives.

import { expect, it } from "vitest";
import { SoundWatch } from "../../../web/page/sound/sound-watch.ts";

const RATE = 16000;

/** A tone of so many seconds, or noise of that loudness around it. */
const tone = (seconds: number, size: number) =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => Math.max(-1, Math.min(1, size * Math.sin(i / 8))));

function listen(watch: SoundWatch, samples: Float32Array): boolean {
  let spoke = false;
  for (let at = 0; at < samples.length; at += 320) spoke = watch.accept(samples.subarray(at, at + 320)) || spoke;
  return spoke;
}

it.each([
  ["silence", 0, "silence"],
  ["a hum", 0.005, "quiet"],
  ["speech", 0.2, null],
  ["sound beyond full scale", 3, "clipping"],
] as const)("hears %s", (_, size, trouble) => {
  const watch = new SoundWatch(RATE);
  listen(watch, tone(5, size));
  expect(watch.trouble).toBe(trouble);
});

it("forgets what is over", () => {
  const watch = new SoundWatch(RATE);
  listen(watch, tone(3, 3));
  expect(watch.trouble).toBe("clipping");
  listen(watch, tone(20, 0.1));
  expect(watch.trouble).toBeNull();
});

it("notices that something was said, once, when it is over", () => {
  const watch = new SoundWatch(RATE);
  expect(listen(watch, tone(2, 0.003))).toBe(false);
  expect(listen(watch, tone(0.6, 0.2))).toBe(false);
  expect(listen(watch, tone(1, 0.003))).toBe(true);
  expect(listen(watch, tone(2, 0.003))).toBe(false);
  // A click is no word.
  expect(listen(watch, tone(0.1, 0.5))).toBe(false);
  expect(listen(watch, tone(1, 0.003))).toBe(false);
});
