// Long use: memory and speed of one stream over hours of audio, and of many streams one after the other.

import { createRecognizerSync, type Recognizer, type Stream, type StreamOptions } from "../../src/index.ts";
import { generator } from "../support/random.ts";

export interface LongStream {
  readonly hours: number;
  /** Utterances that became final. */
  readonly finals: number;
  /** Resident set after the stream's first minute, and at the end. */
  readonly residentBytes: readonly [first: number, last: number];
  /** Seconds of processor time per second of audio: medians over the first and the last tenth of the minutes. */
  readonly speed: readonly [first: number, last: number];
}

/**
 * Memory that is only waiting to be collected is no leak, nor are pages that V8 holds in reserve: several collections make it
 * give back what it does not need.
 */
function settledResidentBytes(): number {
  for (let i = 0; i < 5; i++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** A minute of `sound` (16 kHz), over and over, in chunks of 100 ms, with results fetched as an application would. */
class Player {
  finals = 0;
  private readonly stream: Stream;
  private readonly sound: Float32Array;
  private at = 0;

  constructor(stream: Stream, sound: Float32Array) {
    this.stream = stream;
    this.sound = sound;
  }

  playMinute(): void {
    for (let chunk = 0; chunk < 600; chunk++) {
      this.stream.acceptWaveform(16000, this.sound.subarray(this.at, this.at + 1600));
      this.at = this.at + 1600 < this.sound.length ? this.at + 1600 : 0;
      this.stream.partial();
      this.finals += this.stream.results().length;
    }
  }

  end(): void {
    this.stream.inputFinished();
    this.stream.free();
  }
}

/**
 * Plays `sound` into one stream. Another stream plays `warmup` minutes before it: in the first ten minutes of audio that a
 * process hears V8 compiles, and its resident set grows by 2 to 3 MiB (60.4 to 62.7 of them, then 62.9 after 110 minutes).
 */
export function longStream(
  recognizer: Recognizer,
  sound: Float32Array,
  hours: number,
  warmup: number,
  options?: StreamOptions,
): LongStream {
  const before = new Player(recognizer.createStream(options), sound);
  for (let minute = 0; minute < warmup; minute++) before.playMinute();
  before.end();
  const player = new Player(recognizer.createStream(options), sound);
  const minutes = Math.round(hours * 60);
  const cost: number[] = [];
  let firstResident = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const start = process.cpuUsage();
    player.playMinute();
    const { user, system } = process.cpuUsage(start);
    cost.push((user + system) / 60e6);
    if (minute === 0) firstResident = settledResidentBytes();
  }
  player.end();
  const tenth = Math.max(1, Math.floor(minutes / 10));
  const speed = [median(cost.slice(0, tenth)), median(cost.slice(-tenth))] as const;
  return { hours, finals: player.finals, residentBytes: [firstResident, settledResidentBytes()], speed };
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

/** Samples in -1 ... 1. */
type Noise = (random: () => number) => () => number;

const white: Noise = (random) => () => 2 * random() - 1;

/** White noise through a low-pass filter. */
const low: Noise = (random) => {
  let last = 0;
  return () => {
    last = 0.9 * last + 0.1 * (2 * random() - 1);
    return last;
  };
};

/** Equal power in every octave: sixteen noises are averaged, each drawn half as often as the one before (Voss). */
const pink: Noise = (random) => {
  const values = Array.from({ length: 16 }, () => 2 * random() - 1);
  let sum = values.reduce((total, value) => total + value, 0);
  let count = 0;
  return () => {
    count = (count + 1) & 0xffff;
    const which = count === 0 ? 15 : Math.min(15, 31 - Math.clz32(count & -count));
    const fresh = 2 * random() - 1;
    sum += fresh - values[which]!;
    values[which] = fresh;
    return sum / values.length;
  };
};

/** Chords of plucked tones, four a second. */
const music: Noise = () => {
  let at = 0;
  return () => {
    const [chord, age] = [CHORDS[Math.floor(at / 16000) % CHORDS.length]!, (at % 4000) / 16000];
    const tones = chord.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * at) / 16000), 0);
    at++;
    return (tones * Math.exp(-6 * age)) / chord.length;
  };
};
const CHORDS = [
  [220, 277, 330],
  [196, 247, 294],
  [175, 220, 262],
  [165, 208, 247],
];

/** What an hour without speech may sound like. */
const QUIET: readonly (readonly [name: string, level: number, noise: Noise])[] = [
  ["digital silence", 0, white],
  ["faint white noise", 0.0005, white],
  ["white noise", 0.02, white],
  ["loud white noise", 0.2, white],
  ["low noise", 0.05, low],
  ["faint pink noise", 0.002, pink],
  ["pink noise", 0.05, pink],
  ["loud pink noise", 0.5, pink],
  ["music", 0.1, music],
  ["loud music", 0.5, music],
];

/** Words heard in each kind of quiet, as long of each. */
export function wordsInQuiet(
  recognizer: Recognizer,
  hours: number,
): readonly (readonly [name: string, words: number])[] {
  const chunk = new Float32Array(16000);
  return QUIET.map(([name, level, noise], i) => {
    const stream = recognizer.createStream();
    const next = noise(generator(i + 1));
    let words = 0;
    for (let second = 0; second < Math.round((hours * 3600) / QUIET.length); second++) {
      for (let j = 0; j < chunk.length; j++) chunk[j] = level * next();
      stream.acceptWaveform(16000, chunk);
      for (const final of stream.results()) words += final.result.length;
    }
    stream.inputFinished();
    for (const final of stream.results()) words += final.result.length;
    stream.free();
    return [name, words];
  });
}

/**
 * Loads and frees a model over and over; resident bytes in the second quarter and in the last, medians: single samples differ by
 * 2 % either way, and the first hundred recognizers take 4 % more, which does not go on (1,500: 56, then 58 to 60 MiB).
 */
export function manyRecognizers(model: Uint8Array, wasm: WebAssembly.Module, count: number): readonly [number, number] {
  const resident: number[] = [];
  for (let i = 0; i < count; i++) {
    createRecognizerSync({ model, wasm }).free();
    if (i % 25 === 0) resident.push(settledResidentBytes());
  }
  const quarter = Math.floor(resident.length / 4);
  return [median(resident.slice(quarter, 2 * quarter)), median(resident.slice(-quarter))];
}
