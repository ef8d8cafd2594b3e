// npm run soak: hours of audio through one stream, a thousand streams in turn; fails beyond the limits.

import { Command } from "commander";
import type { Recognizer } from "../../src/index.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { modelFile, smallTransducer } from "../support/model-file.ts";
import { readWav } from "../support/wav.ts";
import { type LongStream, longStream, manyRecognizers, manyStreams, wordsInQuiet } from "./soak.ts";

/** Growth of the resident set, and of the processor time for a second of audio. */
const MEMORY_LIMIT = 0.02;
const SPEED_LIMIT = 0.05;
/** False words in an hour of noise and music: of a model of words, and of dictation. */
const QUIET_LIMIT = 2;
const DICTATION_QUIET_LIMIT = 10;

/** Minutes of audio through another stream before the measured one (soak.ts says why). */
const WARMUP = 15;

const percent = (share: number) => `${share >= 0 ? "+" : ""}${(100 * share).toFixed(2)} %`;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const growth = ([first, last]: readonly [number, number]) => last / first - 1;

function say(good: boolean, text: string): void {
  console.log(`${good ? "ok  " : "FAIL"} ${text}`);
  if (!good) process.exitCode = 1;
}

function sayMemory(what: string, resident: readonly [number, number]): void {
  const change = growth(resident);
  const sizes = resident.map(megabytes).join(" -> ");
  say(change <= MEMORY_LIMIT, `${what}: resident ${sizes} (${percent(change)}, limit ${percent(MEMORY_LIMIT)})`);
}

function sayQuiet(what: string, loaded: Recognizer, limit = QUIET_LIMIT): void {
  const quiet = wordsInQuiet(loaded, 1);
  const words = quiet.reduce((total, [, count]) => total + count, 0);
  const kinds = quiet.map(([name, count]) => `${name} ${count}`).join(", ");
  say(words <= limit, `${what}, an hour without speech: ${words} words (${kinds}; limit ${limit})`);
}

function sayLong(what: string, result: LongStream): void {
  sayMemory(`${what}, ${result.hours} h of audio, ${result.finals} finals`, result.residentBytes);
  const [first, last] = result.speed;
  const change = growth(result.speed);
  const rates = `${first.toFixed(5)} -> ${last.toFixed(5)} s of processor a second of audio`;
  say(change <= SPEED_LIMIT, `${what}: ${rates} (${percent(change)}, limit ${percent(SPEED_LIMIT)})`);
}

/** Memory and speed of models of words, and of a transducer. */
function wordModels(hours: number, streams: number): void {
  const digits = readWav(bytesOf("examples/digits.wav"));
  const commands = bytesOf("models/commands.safetensors");
  const loaded = recognizer("simd", commands);
  sayLong("commands", longStream(loaded, digits, hours, WARMUP));
  sayLong("commands, beam 8", longStream(loaded, digits, hours / 10, WARMUP, { decoding: { beam: 8 } }));
  sayQuiet("commands", loaded);
  const many = manyStreams(loaded, digits, streams);
  sayMemory(`${streams} streams in turn`, many.residentBytes);
  say(many.texts === 1, `${streams} streams in turn heard the same sound in ${many.texts} way(s)`);
  loaded.free();
  const tiny = recognizer("simd", bytesOf("models/commands-tiny.safetensors"));
  sayQuiet("commands-tiny", tiny);
  tiny.free();
  const transducer = recognizer("simd", modelFile(smallTransducer()), { decoding: { beam: 4 } });
  sayLong("a transducer, beam 4", longStream(transducer, digits, hours / 10, WARMUP));
  transducer.free();
  sayMemory("1000 recognizers in turn", manyRecognizers(commands, engineModule("simd"), 1000));
}

/** The same of dictation: any English words. */
function dictation(hours: number): void {
  const [model, lexicon, ngrams] = ["safetensors", "lexicon", "ngrams"].map((kind) =>
    bytesOf(`models/english.${kind}`),
  );
  const english = recognizer("simd", model!, { lexicon: lexicon!, ngrams: ngrams! });
  sayQuiet("english", english, DICTATION_QUIET_LIMIT);
  sayLong(
    "english",
    longStream(english, readWav(bytesOf("examples/dictation.wav")), hours, Math.min(WARMUP, 30 * hours)),
  );
  english.free();
}

const program = new Command("npm run soak --")
  .description("Long use: does memory grow, does recognition slow down?")
  .option("--hours <n>", "of audio through one stream", Number, 10)
  .option("--streams <n>", "opened and freed in turn", Number, 1000)
  .option("--only <part>", "words or dictation")
  .parse();
const { hours, streams, only } = program.opts<{ hours: number; streams: number; only?: string }>();
if (only !== "dictation") wordModels(hours, streams);
if (only !== "words") dictation(hours);
