// The last word of an input is heard however it is cut into chunks, and however soon after the word the input ends.

import { describe, expect, it } from "vitest";
import { bytesOf, recognizer } from "../support/engines.ts";
import { generator } from "../support/random.ts";
import { readWav } from "../support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const spoken = new TextDecoder().decode(bytesOf("examples/digits.txt")).trim();
const LOUD = 0.02;
/** Just behind the last word. */
const end =
  digits.length -
  digits
    .slice()
    .reverse()
    .findIndex((sample) => Math.abs(sample) > LOUD);

function* chunksOf(sound: Float32Array, size: () => number): Generator<Float32Array> {
  for (let at = 0; at < sound.length; ) {
    const next = at + size();
    yield sound.subarray(at, next);
    at = next;
  }
}

describe.each(["commands", "commands-tiny"])("%s", (name) => {
  const loaded = recognizer("simd", bytesOf(`models/${name}.safetensors`));

  function hear(sound: Float32Array, size: () => number): string {
    const stream = loaded.createStream();
    for (const chunk of chunksOf(sound, size)) stream.acceptWaveform(16000, chunk);
    stream.inputFinished();
    const text = stream.results().map((result) => result.text);
    stream.free();
    return text.join(" ");
  }

  it.each([0, 10, 37, 100, 160, 250, 500])("with %i ms of silence behind it", (ms) => {
    const sound = new Float32Array(end + ms * 16);
    sound.set(digits.subarray(0, end));
    const random = generator(ms);
    const sizes = [() => sound.length, () => 160, () => 2561, () => 1 + Math.floor(random() * 4000)];
    for (const size of sizes) expect(hear(sound, size)).toBe(spoken);
  });
});
