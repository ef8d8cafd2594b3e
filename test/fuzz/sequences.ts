// Random calls in any order to several streams of one recognizer. Whatever the others do, and whatever is refused on the
// way, each stream must end with what a stream alone hears of the same audio, given in one piece.

import type { FinalResult } from "../../src/decode/text/results.ts";
import { FoldvoxError } from "../../src/errors.ts";
import type { Recognizer } from "../../src/recognizer/recognizer.ts";
import type { Stream } from "../../src/recognizer/stream.ts";
import type { StreamOptions } from "../../src/recognizer/stream-options.ts";
import { recognizer } from "../support/engines.ts";
import { CONFORMER, modelFile, smallConfig, smallTransducer } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";
import type { Draw } from "./draw.ts";

const MAX_STREAMS = 3;
const RATES = [8000, 16000, 44100];
const AUDIO = randomFloats(20000, 7, 0.3);
const OPTIONS: readonly StreamOptions[] = [
  {},
  { decoding: { beam: 3 } },
  { decoding: { grammar: ["yes no", "no"], beam: 3 } },
  { decoding: { hotwords: ["yes"], beam: 3, alternatives: 2 } },
  { skipSilence: true },
  { skipSilence: true, decoding: { beam: 3 } },
  { endpoint: { silenceAfterSpeech: 0.1, longest: 0.5 } },
];
const INVALID: readonly ((stream: Stream) => unknown)[] = [
  (stream) => stream.acceptWaveform(16000, Float32Array.of(0, Number.NaN)),
  (stream) => stream.acceptWaveform(16000, Float32Array.of(Number.POSITIVE_INFINITY)),
  (stream) => stream.acceptWaveform(16000, Float32Array.of(1e30)),
  (stream) => stream.acceptWaveform(0, new Float32Array(8)),
  (stream) => stream.acceptWaveform(Number.NaN, new Float32Array(8)),
  (stream) => stream.acceptWaveform(16000, [0, 1] as unknown as Float32Array),
  (stream) => stream.acceptWaveform(16000, null as unknown as Float32Array),
  (stream) => stream.setEndpoint({ silenceAfterSpeech: -1 }),
  (stream) => stream.setEndpoint({ nonsense: 1 } as object),
];

const files = [
  modelFile(smallConfig(), { weights: "int8" }),
  modelFile(smallConfig(CONFORMER), { weights: "int8" }),
  modelFile(smallTransducer()),
];
const shared = files.map((file) => recognizer("simd", file, { maxStreams: MAX_STREAMS }));
const alone = files.map((file) => recognizer("simd", file));

interface Heard {
  readonly stream: Stream;
  readonly options: StreamOptions;
  rate: number;
  /** What went in since the beginning or reset. */
  audio: Float32Array[];
  finals: FinalResult[];
  over: boolean;
}

/** Throws an Error of its own for whatever goes wrong: a FoldvoxError too, where the call was right. */
export async function runSequence(draw: Draw): Promise<void> {
  try {
    await callInAnyOrder(draw);
  } catch (error) {
    throw error instanceof FoldvoxError ? new Error(`refused: ${error.message}`, { cause: error }) : error;
  }
}

async function callInAnyOrder(draw: Draw): Promise<void> {
  const which = draw.below(files.length);
  const under = shared[which]!;
  const open: Heard[] = [];
  try {
    for (let calls = draw.between(4, 24); calls > 0; calls--) {
      if (draw.chance(0.1)) await passBy(draw, under, alone[which]!, open.length === MAX_STREAMS);
      else call(draw, under, alone[which]!, open, which === 0);
    }
    for (const heard of open) finish(heard, under, alone[which]!);
  } finally {
    for (const { stream } of open) stream.free();
  }
}

function call(draw: Draw, under: Recognizer, reference: Recognizer, open: Heard[], ctc: boolean): void {
  const heard = open.length > 0 && draw.chance(0.85) ? draw.pick(open) : openStream(draw, under, open, ctc);
  if (!heard) return;
  const { stream } = heard;
  switch (draw.below(10)) {
    case 0:
      refused(() => draw.pick(INVALID)(stream));
      break;
    case 1:
      finish(heard, under, reference);
      break;
    case 2:
      stream.reset();
      Object.assign(heard, { audio: [], finals: [], over: false, rate: draw.pick(RATES) });
      break;
    case 3:
      stream.free();
      open.splice(open.indexOf(heard), 1);
      for (const use of [
        () => stream.acceptWaveform(16000, AUDIO),
        () => stream.inputFinished(),
        () => stream.reset(),
      ]) {
        refused(use);
      }
      break;
    case 4:
      heard.finals.push(...stream.results());
      stream.partial();
      stream.isEndpoint();
      under.memoryReport();
      break;
    default:
      speak(draw, heard);
  }
}

function openStream(draw: Draw, under: Recognizer, open: Heard[], ctc: boolean): Heard | null {
  const options = ctc ? draw.pick(OPTIONS) : {};
  if (open.length === MAX_STREAMS) {
    refused(() => under.createStream(options));
    return null;
  }
  const stream = under.createStream(options);
  open.push({ stream, options, rate: draw.pick(RATES), audio: [], finals: [], over: false });
  return open.at(-1)!;
}

function speak(draw: Draw, heard: Heard): void {
  const at = draw.below(AUDIO.length - 4000);
  const audio = draw.chance(0.2) ? new Float32Array(draw.below(4000)) : AUDIO.subarray(at, at + draw.below(4000));
  if (heard.over) {
    refused(() => heard.stream.acceptWaveform(heard.rate, audio));
    return;
  }
  heard.stream.acceptWaveform(heard.rate, audio);
  heard.audio.push(audio);
  if (heard.audio.length === 1) return;
  refused(() => heard.stream.acceptWaveform(heard.rate + 1, audio));
}

/** What opens a stream of its own and leaves none behind, among those that stay. */
async function passBy(draw: Draw, under: Recognizer, reference: Recognizer, isFull: boolean): Promise<void> {
  const at = draw.below(AUDIO.length - 8000);
  const waveform = AUDIO.subarray(at, at + draw.below(8000));
  const damaged = draw.chance(0.3);
  const chunks = [waveform, ...(damaged ? [Float32Array.of(Number.NaN)] : [])];
  const told = async (by: Recognizer) => {
    const results: unknown[] = [];
    for await (const result of by.transcribe(chunks)) results.push(result);
    return results;
  };
  const heard = [
    (by: Recognizer) => told(by),
    async (by: Recognizer) => [...by.encode({ waveform }).output],
    async (by: Recognizer) => by.decode(reference.encode({ waveform }).output),
  ];
  const kind = draw.below(heard.length);
  const hear = heard[kind]!;
  if (isFull || (damaged && kind === 0)) {
    const refusal = await hear(under).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal === null) throw new Error(`accepted: ${hear}`);
    if (!(refusal instanceof FoldvoxError)) throw refusal;
    const expected = isFull ? "stream-limit" : "bad-audio";
    if (refusal.code !== expected) throw new Error(`refused as ${refusal.code}, not as ${expected}`);
    return;
  }
  const [ours, expected] = [JSON.stringify(await hear(under)), JSON.stringify(await hear(reference))];
  if (ours !== expected) throw new Error(`heard ${ours} among others, ${expected} alone`);
}

/** Ends the input and compares with a stream that was alone. */
function finish(heard: Heard, under: Recognizer, reference: Recognizer): void {
  if (heard.over) {
    refused(() => heard.stream.inputFinished());
    return;
  }
  heard.stream.inputFinished();
  heard.over = true;
  heard.finals.push(...heard.stream.results());
  const single = reference.createStream(heard.options);
  try {
    const whole = new Float32Array(heard.audio.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of heard.audio) {
      whole.set(part, at);
      at += part.length;
    }
    if (heard.audio.length > 0) single.acceptWaveform(heard.rate, whole);
    single.inputFinished();
    const [ours, expected] = [heard.finals, single.results()].map((finals) => JSON.stringify(finals));
    if (ours !== expected) throw new Error(`heard ${ours} among others, ${expected} alone`);
  } finally {
    single.free();
  }
}

/** The call must throw a FoldvoxError. */
function refused(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (error instanceof FoldvoxError) return;
    throw error;
  }
  throw new Error(`accepted: ${action}`);
}
