// workerd, where WebAssembly comes compiled and the clock stands still while a request is answered. With ?runs=N it transcribes N
// times, for the asker to time.

import commands from "commands";
import tiny from "commands-tiny";
import english from "english";
import lexicon from "lexicon";
import wasm from "wasm";
import wav from "wav";
import { createRecognizer } from "../../build/index.js";
import { examine, optionsOf, samplesOf, transcribe } from "../suite.js";

const MODELS = { "commands-tiny": [tiny], commands: [commands], english: [english, lexicon] };
const recognizers = new Map();

export default {
  async fetch(request) {
    const query = new URL(request.url).searchParams;
    const model = query.get("model");
    if (!recognizers.has(model)) recognizers.set(model, await createRecognizer({ wasm, ...optionsOf(MODELS[model]) }));
    const recognizer = recognizers.get(model);
    const bytes = new Uint8Array(wav);
    if (!query.has("runs")) return Response.json({ model, ...examine(recognizer, bytes) });
    for (let run = 0; run < Number(query.get("runs")); run++) transcribe(recognizer, samplesOf(bytes));
    return new Response();
  },
};
