// What the recognizer says in Node, for comparison.

import { readFileSync } from "node:fs";
import { Resampler } from "../../../src/audio/resampler.ts";
import { wordErrors } from "../../../src/cli/word-errors.ts";
import { bytesOf, recognizer } from "../../support/engines.ts";
import { readWav } from "../../support/wav.ts";

const model = bytesOf("models/commands.safetensors");
export const digits = readWav(bytesOf("examples/digits.wav"));
const DEVICE_RATE = 44100;
const reference = readFileSync(new URL("../../../examples/digits.txt", import.meta.url), "utf8")
  .trim()
  .split(" ");

/** Words that Node hears in samples of that rate. */
export function nodeWords(samples: Float32Array, sampleRate = 16000): string[] {
  const engine = recognizer("simd", model);
  const stream = engine.createStream();
  stream.acceptWaveform(sampleRate, samples);
  stream.inputFinished();
  const words = stream.results().flatMap(({ text }) => text.split(" "));
  engine.free();
  return words;
}

export const errorsOf = (words: readonly string[]): number => wordErrors(reference, [...words]);

/** The example as a sound card plays it, at 44.1 kHz. */
function played(samples: Float32Array): Float32Array {
  const resampler = new Resampler(16000, DEVICE_RATE);
  const parts = [resampler.process(samples), resampler.flush()];
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/**
 * The most errors that Node makes in the example when it comes from a device, and begins a little later: a microphone does not
 * begin with the recording, and the words of a small model depend on where its segments fall.
 */
export function worstErrors(): number {
  const shifted = [0, 2500, 8000, 13300].map((lead) => {
    const samples = new Float32Array(lead + digits.length + 16000);
    samples.set(digits, lead);
    return errorsOf(nodeWords(played(samples), DEVICE_RATE));
  });
  return Math.max(...shifted);
}
