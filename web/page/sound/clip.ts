// Recorded sound: decoded by the browser, and given to the recognizer as it would be spoken, or as fast as it goes.

import { FoldvoxError } from "../../../src/errors.ts";

/** Hz, which is what the models hear. */
export const CLIP_RATE = 16000;
const STEP_MS = 40;

/** Samples of any file that the browser can play, mono, at 16 kHz. Errors: bad-wav. */
export async function decodeClip(bytes: ArrayBuffer): Promise<Float32Array> {
  try {
    const audio = await new OfflineAudioContext(1, 1, CLIP_RATE).decodeAudioData(bytes);
    const mixed = audio.getChannelData(0).slice();
    for (let channel = 1; channel < audio.numberOfChannels; channel++) {
      const samples = audio.getChannelData(channel);
      for (let i = 0; i < mixed.length; i++) mixed[i]! += samples[i]!;
    }
    if (audio.numberOfChannels > 1) for (let i = 0; i < mixed.length; i++) mixed[i]! /= audio.numberOfChannels;
    return mixed;
  } catch (cause) {
    throw new FoldvoxError("bad-wav", "This file could not be read as audio. Try a WAV, MP3 or Ogg file.", { cause });
  }
}

/** Plays samples; returns what stops them. Where no sound may be made yet, nothing is heard. */
export function play(samples: Float32Array): () => Promise<void> {
  const context = new AudioContext();
  const buffer = context.createBuffer(1, Math.max(1, samples.length), CLIP_RATE);
  buffer.getChannelData(0).set(samples);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.start();
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= context.close();
    return closing;
  };
  source.addEventListener("ended", () => void close());
  return close;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Gives the samples away piece by piece: in the time that they take to play, aloud or silent, or without waiting, a second at a
 * time. Ends early when the signal says so.
 */
export async function playClip(
  samples: Float32Array,
  pace: "aloud" | "silent" | "fast",
  accept: (part: Float32Array) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const silence = pace === "aloud" ? play(samples) : null;
  const inTime = pace !== "fast";
  const start = performance.now();
  try {
    for (let at = 0; at < samples.length && !signal.aborted; ) {
      if (inTime) await pause(STEP_MS);
      // By the clock, not by counting steps: timers come late.
      const due = inTime ? Math.floor(((performance.now() - start) * CLIP_RATE) / 1000) : at + CLIP_RATE;
      const part = samples.subarray(at, due);
      if (part.length === 0) continue;
      const accepted = accept(part);
      if (!inTime) await accepted;
      at += part.length;
    }
  } finally {
    await silence?.();
  }
}
