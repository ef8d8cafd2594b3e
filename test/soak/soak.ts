// Long use: memory and speed of one stream over hours of audio, and of many streams one after the other.

import { createRecognizerSync, type Recognizer, type StreamOptions } from "../../src/index.ts";
import { generator } from "../support/random.ts";

export interface LongStream {
  readonly hours: number;
  /** Utterances that became final. */
  readonly finals: number;
  /** Resident set once it has settled, and at the end. */
  readonly residentBytes: readonly [first: number, last: number];
  /** Seconds of processor time per second of audio: medians over a tenth of the minutes, the first after settling and the last. */
  readonly speed: readonly [first: number, last: number];
}

/** Memory that is only waiting to be collected is no leak. */
function settledResidentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * Plays `sound` (16 kHz) over and over into one stream, in chunks of 100 ms, and fetches its results as an application would.
 * In the first `settle` minutes of audio the engine's and the host's code is compiled.
 */
export function longStream(
  recognizer: Recognizer,
  sound: Float32Array,
  hours: number,
  settle: number,
  options?: StreamOptions,
): LongStream {
  const stream = recognizer.createStream(options);
  const minutes = Math.round(hours * 60);
  const cost: number[] = [];
  let firstResident = 0;
  let finals = 0;
  let at = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const before = process.cpuUsage();
    for (let chunk = 0; chunk < 600; chunk++) {
      stream.acceptWaveform(16000, sound.subarray(at, at + 1600));
      at = at + 1600 < sound.length ? at + 1600 : 0;
      stream.partial();
      finals += stream.results().length;
    }
    const { user, system } = process.cpuUsage(before);
    cost.push((user + system) / 60e6);
    if (minute + 1 === settle) firstResident = settledResidentBytes();
  }
  stream.inputFinished();
  stream.free();
  const tenth = Math.max(1, Math.floor(minutes / 10));
  const speed = [median(cost.slice(settle, settle + tenth)), median(cost.slice(-tenth))] as const;
  return { hours, finals, residentBytes: [firstResident, settledResidentBytes()], speed };
}

export interface ManyStreams {
  readonly streams: number;
  /** Resident set after the first tenth of the streams, and at the end. */
  readonly residentBytes: readonly [first: number, last: number];
  /** How many different texts they heard in the same sound: one, if streams leave nothing behind. */
  readonly texts: number;
}

/** Opens, feeds and frees streams in turn, each hearing the whole sound. */
export function manyStreams(recognizer: Recognizer, sound: Float32Array, streams: number): ManyStreams {
  const texts = new Set<string>();
  let firstResident = 0;
  for (let i = 0; i < streams; i++) {
    const stream = recognizer.createStream();
    stream.acceptWaveform(16000, sound);
    stream.inputFinished();
    texts.add(JSON.stringify(stream.results()));
    stream.free();
    if (i === Math.floor(streams / 10)) firstResident = settledResidentBytes();
  }
  return { streams, residentBytes: [firstResident, settledResidentBytes()], texts: texts.size };
}

/** What an hour without speech may sound like: level and spectrum of a steady noise. */
const QUIET: readonly (readonly [name: string, level: number, smoothing: number])[] = [
  ["digital silence", 0, 0],
  ["faint white noise", 0.0005, 0],
  ["white noise", 0.02, 0],
  ["loud white noise", 0.2, 0],
  ["low noise", 0.05, 0.9],
];

/** Words heard in each kind of quiet, as long of each. */
export function wordsInQuiet(
  recognizer: Recognizer,
  hours: number,
): readonly (readonly [name: string, words: number])[] {
  const chunk = new Float32Array(16000);
  return QUIET.map(([name, level, smoothing], i) => {
    const stream = recognizer.createStream();
    const random = generator(i + 1);
    let words = 0;
    let last = 0;
    for (let second = 0; second < Math.round((hours * 3600) / QUIET.length); second++) {
      for (let j = 0; j < chunk.length; j++) {
        last = smoothing * last + (1 - smoothing) * (2 * random() - 1);
        chunk[j] = level * last;
      }
      stream.acceptWaveform(16000, chunk);
      for (const final of stream.results()) words += final.result.length;
    }
    stream.inputFinished();
    for (const final of stream.results()) words += final.result.length;
    stream.free();
    return [name, words];
  });
}

/** Loads and frees a model over and over; resident bytes after the first tenth, and at the end. */
export function manyRecognizers(model: Uint8Array, wasm: WebAssembly.Module, count: number): readonly [number, number] {
  let firstResident = 0;
  for (let i = 0; i < count; i++) {
    createRecognizerSync({ model, wasm }).free();
    if (i === Math.floor(count / 10)) firstResident = settledResidentBytes();
  }
  return [firstResident, settledResidentBytes()];
}
