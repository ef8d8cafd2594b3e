// Which samples come, and at which rate, must not decide what they cost. Rounds are interleaved and the best of each is compared,
// because machines are shared.

import { expect, it } from "vitest";
import { bytesOf, recognizer } from "../support/engines.ts";

const ROUNDS = 15;
const CHUNK_SECONDS = 0.1;
const opened = recognizer("simd", bytesOf("models/commands-tiny.safetensors"), { maxStreams: 9 });

/** Milliseconds for a second of each, the best of all rounds. */
function times(sounds: readonly { rate: number; samples: Float32Array }[]): number[] {
  const streams = sounds.map(() => opened.createStream());
  const best = sounds.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { rate, samples }] of sounds.entries()) {
      const start = performance.now();
      const size = rate * CHUNK_SECONDS;
      for (let at = 0; at < rate; at += size) streams[i]!.acceptWaveform(rate, samples.subarray(at, at + size));
      best[i] = Math.min(best[i]!, performance.now() - start);
    }
  }
  for (const stream of streams) stream.free();
  return best;
}

const sound = (rate: number, sample: (i: number) => number) => ({
  rate,
  samples: Float32Array.from({ length: rate }, (_, i) => sample(i)),
});

it.each([16000, 48000])("samples near zero cost what silence costs, at %i Hz", (rate) => {
  const faint = [1e-40, 1e-30, 2e-15, 1e-14, 1e-13];
  const [silence, ...others] = times([sound(rate, () => 0), ...faint.map((level) => sound(rate, () => level))]);
  for (const [i, time] of others.entries()) expect(time / silence!, `${faint[i]}`).toBeLessThan(2);
});

it.each([44100, 48000])("%i Hz cost little more than the smallest model, not ten times as much", (rate) => {
  const noise = (i: number) => 0.1 * Math.sin(i * i * 0.37);
  const [own, other] = times([sound(16000, noise), sound(rate, noise)]);
  expect(other! / own!).toBeLessThan(4);
});
