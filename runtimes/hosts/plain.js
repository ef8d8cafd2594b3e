// Engines without WebAssembly, modules and files: QuickJS, Hermes, V8 without its compilers. Bundled to one script that follows a
// declaration of FILES, the bytes of files in base64, and MODELS. A host may have processorTime(), in milliseconds; or, with
// EXTRA_RUNS a number, measures from outside how long so many more transcriptions take.

import { createRecognizerSync } from "../../build/plain.js";
import { examine, filesOf, optionsOf, samplesOf, transcribe } from "../suite.js";

/* global FILES, MODELS, EXTRA_RUNS, processorTime */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function read(path) {
  const text = FILES[path];
  const value = new Uint8Array(128);
  for (let i = 0; i < 64; i++) value[ALPHABET.charCodeAt(i)] = i;
  const bytes = new Uint8Array((text.length / 4) * 3);
  for (let i = 0, o = 0; i < text.length; i += 4, o += 3) {
    const at = (k) => value[text.charCodeAt(i + k)];
    const word = (at(0) << 18) | (at(1) << 12) | (at(2) << 6) | at(3);
    bytes[o] = word >> 16;
    bytes[o + 1] = word >> 8;
    bytes[o + 2] = word;
  }
  return bytes.subarray(0, bytes.length - (text.match(/=*$/) || [""])[0].length);
}

const wav = read("examples/digits.wav");
const clock =
  typeof processorTime === "function"
    ? processorTime
    : typeof process === "object"
      ? () => process.cpuUsage().user / 1000
      : Date.now;
const now = EXTRA_RUNS === null ? clock : undefined;
const say = typeof print === "function" ? print : console.log;
for (const model of MODELS) {
  const recognizer = createRecognizerSync(optionsOf(filesOf(model).map(read)));
  const found = examine(recognizer, wav, now);
  found.model = model;
  say(JSON.stringify(found));
  for (let run = 0; run < (EXTRA_RUNS || 0); run++) transcribe(recognizer, samplesOf(wav));
}
