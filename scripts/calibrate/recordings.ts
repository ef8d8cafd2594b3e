// Recordings as the model hears them: rows of log-probabilities, of the sound as it is and in noise.

import { readAudioFile } from "../../src/cli/audio-file.ts";
import { readManifest } from "../../src/cli/manifest.ts";
import type { Recognizer } from "../../src/recognizer/recognizer.ts";
import { draws } from "./draws.ts";

/** Decibels of the noises, Infinity for none. */
export const LEVELS = [Number.POSITIVE_INFINITY, 15, 6];

export interface Recording {
  readonly text: string;
  readonly seconds: number;
  /** Log-probabilities [rows][tokens], by level. */
  readonly rows: readonly Float32Array[];
}

const RATE = 16_000;
/** Training hears the rest of each noise. */
const LAST_SHARE = 0.2;

async function readWave(path: string): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let rate = 0;
  const onFormat = (format: { sampleRate: number }) => {
    rate = format.sampleRate;
  };
  for await (const part of readAudioFile(path, onFormat)) parts.push(part);
  if (rate !== RATE) throw new RangeError(`${path} has ${rate} Hz; give ${RATE}`);
  const wave = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    wave.set(part, at);
    at += part.length;
  }
  return wave;
}

export async function readNoises(paths: readonly string[]): Promise<Float32Array[]> {
  const waves: Float32Array[] = [];
  for (const path of paths) {
    const wave = await readWave(path);
    waves.push(wave.subarray(Math.ceil(wave.length * (1 - LAST_SHARE))));
  }
  return waves;
}

const power = (wave: Float32Array) => wave.reduce((sum, value) => sum + value * value, 0) / wave.length;

/** The wave with the noise from a sample on, so many decibels below it. */
function mixed(wave: Float32Array, noise: Float32Array, from: number, decibels: number): Float32Array {
  const piece = wave.map((_, i) => noise[(from + i) % noise.length]!);
  const level = Math.sqrt(power(wave) / power(piece)) * 10 ** (-decibels / 20);
  const sum = wave.map((value, i) => value + level * piece[i]!);
  const peak = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return sum.map((value) => value / peak);
}

/** Reads tables as foldvox evaluate takes them, and has the model hear their rows. */
export async function readRecordings(
  recognizer: Recognizer,
  tables: readonly string[],
  noises: readonly Float32Array[],
): Promise<Recording[]> {
  const draw = draws(1);
  const recordings: Recording[] = [];
  let path = "";
  let whole: Float32Array = new Float32Array(0);
  for (const table of tables) {
    for (const row of await readManifest(table)) {
      if (row.text === null) continue;
      if (row.path !== path) whole = await readWave(row.path);
      path = row.path;
      const { start, samples } = row.span ?? { start: 0, samples: whole.length };
      const wave = whole.slice(start, start + samples);
      const noise = noises[draw(noises.length)]!;
      const from = draw(noise.length);
      const rows = LEVELS.map((decibels) => {
        const waveform = decibels === Number.POSITIVE_INFINITY ? wave : mixed(wave, noise, from, decibels);
        return recognizer.encode({ waveform }).output;
      });
      recordings.push({ text: row.text, seconds: samples / RATE, rows });
    }
  }
  return recordings;
}
