// npm run bench:phrases [-- RECORDING.wav]: how long grammars take to be made ready, and to be searched, on one thread. Grammars are
// lists of two to four words, drawn from the 20,000 most frequent ones of the lexicon.

import { readFileSync } from "node:fs";
import { readAudioFile } from "../src/cli/audio-file.ts";
import { createRecognizer, type Stream } from "../src/index.ts";
import { readLexicon } from "../src/pronounce/lexicon.ts";
import { format } from "./table.ts";

const SIZES = [10, 1000, 10_000];
const ROUNDS = 5;
const VOCABULARY = 20_000;
const model = new URL("../models/english.safetensors", import.meta.url);
const path = process.argv[2] ?? new URL("../examples/dictation.wav", import.meta.url).pathname;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

/** The same phrases every time. */
function phrases(count: number): string[] {
  const lexicon = readLexicon(new Uint8Array(readFileSync(new URL("../models/english.lexicon", import.meta.url))));
  const frequent = lexicon.mostFrequent(VOCABULARY);
  let seed = 1;
  const draw = (most: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * most);
  };
  const word = () => lexicon.written(frequent[draw(frequent.length)]!);
  return Array.from({ length: count }, () => Array.from({ length: 2 + draw(3) }, word).join(" "));
}

let sampleRate = 0;
const parts: Float32Array[] = [];
const onFormat = (given: { readonly sampleRate: number }) => {
  sampleRate = given.sampleRate;
};
for await (const part of readAudioFile(path, onFormat)) parts.push(part);
const seconds = parts.reduce((sum, { length }) => sum + length, 0) / sampleRate;

function hear(stream: Stream): void {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sampleRate / 50) {
      stream.acceptWaveform(sampleRate, part.subarray(at, at + sampleRate / 50));
      stream.partial();
    }
  }
  stream.inputFinished();
  stream.results();
}

const recognizer = await createRecognizer({ model });
const rows = [];
for (const size of SIZES) {
  const list = phrases(size);
  const ready = Array.from({ length: ROUNDS }, () => timed(() => recognizer.prepareGrammar(list)));
  const stream = recognizer.createStream({ decoding: { grammar: recognizer.prepareGrammar(list) } });
  const heard = Array.from({ length: ROUNDS }, () => {
    stream.reset();
    return timed(() => hear(stream)) / 1000 / seconds;
  });
  stream.free();
  rows.push([size, Number(median(ready).toFixed(1)), Number(median(heard).toFixed(4))]);
}
recognizer.free();
console.log(format({ title: "Phrases", columns: ["phrases", "ready after ms", "real-time factor"], rows }));
