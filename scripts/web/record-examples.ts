// Records what foldvox tells of the page's examples, and when: the page shows it before a model is loaded. Argument: the folder
// in which the recordings lie and the events go.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRecognizer, type Recognizer, type StreamOptions, WavReader } from "../../src/index.ts";
import { STARTING_PHRASES, toGrammar, withOther } from "../../web/page/modes/phrase-text.ts";
import type { RecordedEvent } from "../../web/page/preview.ts";

/** Seconds of sound that the page gives to the recognizer at a time. */
const STEP = 0.04;
const RATE = 16000;

function samplesOf(path: string): Float32Array {
  const reader = new WavReader();
  const samples = reader.push(readFileSync(path));
  reader.finish();
  return samples;
}

function eventsOf(recognizer: Recognizer, options: StreamOptions, samples: Float32Array): RecordedEvent[] {
  const stream = recognizer.createStream(options);
  const events: RecordedEvent[] = [];
  let told = "";
  const tell = (at: number) => {
    for (const final of stream.results()) {
      events.push({ at, final });
      told = "";
    }
    const partial = stream.partial();
    const now = `${partial.committed}|${partial.partial}`;
    if (partial.partial !== "" && now !== told) events.push({ at, partial });
    told = now;
  };
  for (let from = 0; from < samples.length; from += STEP * RATE) {
    stream.acceptWaveform(RATE, samples.subarray(from, from + STEP * RATE));
    tell(Math.min(samples.length, from + STEP * RATE) / RATE);
  }
  stream.inputFinished();
  tell(samples.length / RATE);
  stream.free();
  return events;
}

const EXAMPLES: readonly [file: string, model: string, options: StreamOptions][] = [
  [
    "phrases",
    "english",
    { decoding: { grammar: withOther(toGrammar(STARTING_PHRASES)) }, endpoint: { silenceAfterSpeech: 0.4 } },
  ],
  ["dictation", "english", { decoding: { text: { digits: true, punctuation: true } } }],
  ["digits", "commands", {}],
];

const folder = process.argv[2]!;
for (const [file, model, options] of EXAMPLES) {
  const wasm = readFileSync("build/foldvox.simd.wasm");
  const recognizer = await createRecognizer({ model: `models/${model}.safetensors`, wasm });
  const events = eventsOf(recognizer, options, samplesOf(join(folder, `${file}.wav`)));
  writeFileSync(join(folder, `${file}.events.json`), JSON.stringify(events));
  recognizer.free();
}
