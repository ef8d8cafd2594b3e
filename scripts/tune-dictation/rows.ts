// Recordings as rows of log-probabilities, which no weight of dictation changes: they are made once.

import { readAudioFile } from "../../src/cli/audio-file.ts";
import { readManifest } from "../../src/cli/manifest.ts";
import { FoldvoxError } from "../../src/errors.ts";
import type { Recognizer } from "../../src/index.ts";

export interface Recording {
  /** Reference, in lower case; empty where nobody speaks. */
  readonly text: readonly string[];
  readonly seconds: number;
  /** [rows][tokens] */
  readonly logProbs: Float32Array;
}

async function samplesOf(path: string): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const part of readAudioFile(path, ({ sampleRate }) => {
    if (sampleRate !== 16000)
      throw new FoldvoxError("bad-argument", `${path} has ${sampleRate} samples a second; give 16000.`);
  })) {
    parts.push(part);
  }
  const samples = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

/** The recordings of a manifest, as training's make_readings.py writes it. */
export async function recordingsOf(recognizer: Recognizer, manifest: string): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const { path, span, text } of await readManifest(manifest)) {
    const whole = await samplesOf(path);
    const waveform = span ? whole.subarray(span.start, span.start + span.samples) : whole;
    const { output } = recognizer.encode({ waveform });
    recordings.push({ text: text?.split(" ") ?? [], seconds: waveform.length / 16000, logProbs: output });
  }
  return recordings;
}

/** Silence, noises and music without a word, made: the same every time. */
export function quietRecordings(recognizer: Recognizer, seconds: number): Recording[] {
  return SOUNDS.map((sound) => {
    const waveform = Float32Array.from({ length: seconds * 16000 }, sound());
    return { text: [], seconds, logProbs: recognizer.encode({ waveform }).output };
  });
}

/** Numbers in -1 ... 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

const white = (level: number) => () => {
  const next = random(1);
  return () => level * next();
};

/** Noise in which low frequencies prevail, swelling and fading, as traffic does. */
const swelling = (level: number) => () => {
  const next = random(2);
  let value = 0;
  return (_: unknown, i: number) => {
    value = 0.97 * value + 0.2 * next();
    return level * value * (0.6 + 0.4 * Math.sin(i / 9000));
  };
};

/** Chords of plucked tones, four a second. */
const music = (level: number) => () => {
  const chords = [
    [220, 277, 330],
    [196, 247, 294],
    [175, 220, 262],
    [165, 208, 247],
  ];
  return (_: unknown, i: number) => {
    const age = (i % 4000) / 16000;
    const tones = chords[Math.floor(i / 16000) % chords.length]!;
    const sum = tones.reduce(
      (total, hz) => total + Math.sin((2 * Math.PI * hz * i) / 16000) + 0.4 * Math.sin((6 * Math.PI * hz * i) / 16000),
      0,
    );
    return (level * sum * Math.exp(-6 * age)) / 4;
  };
};

const SOUNDS: readonly (() => (value: unknown, i: number) => number)[] = [
  () => () => 0,
  white(0.002),
  white(0.05),
  white(0.3),
  swelling(0.1),
  swelling(0.6),
  music(0.05),
  music(0.4),
];
