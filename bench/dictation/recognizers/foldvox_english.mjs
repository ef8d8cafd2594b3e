// foldvox's english, streaming, at its defaults; answers as protocol.py says.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRecognizer, WavReader } from "../../../build/index.js";

const CHUNK = 1280;
const recognizer = await createRecognizer({ model: "english" });

function hear(path) {
  const reader = new WavReader();
  const samples = reader.push(readFileSync(path));
  const { sampleRate } = reader.format;
  const stream = recognizer.createStream();
  const told = [];
  let [seconds, clock, first, text] = [0, 0, null, ""];
  const timed = (spoken, step) => {
    const began = performance.now();
    const shown = step();
    const took = (performance.now() - began) / 1000;
    clock = Math.max(clock, spoken) + took;
    seconds += took;
    text = [...told, shown].filter(Boolean).join(" ");
    if (first === null && text) first = clock;
  };
  for (let start = 0; start < samples.length; start += CHUNK) {
    const chunk = samples.subarray(start, start + CHUNK);
    timed((start + chunk.length) / sampleRate, () => {
      stream.acceptWaveform(sampleRate, chunk);
      told.push(...stream.results().map((result) => result.text));
      return stream.partial().partial;
    });
  }
  timed(samples.length / sampleRate, () => {
    stream.inputFinished();
    told.push(...stream.results().map((result) => result.text));
    return "";
  });
  stream.free();
  return { text, seconds, first, final: clock };
}

console.log("ready");
for await (const line of createInterface(process.stdin)) {
  console.log(JSON.stringify(hear(line)));
}
