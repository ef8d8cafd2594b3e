// Speech in an engine without WebAssembly, without timers and without a file system: all it gets are two functions of its host,
// readFile(path), which returns an ArrayBuffer, and print(line). commands-tiny keeps up with the sound even in an interpreter.

import { createRecognizerSync } from "foldvox/plain";

const recognizer = createRecognizerSync({ model: readFile("models/commands-tiny.safetensors") });
const stream = recognizer.createStream();
const samples = new Int16Array(readFile("examples/digits.wav").slice(44));
for (let at = 0; at < samples.length; at += 16000) {
  stream.acceptWaveform(16000, samples.subarray(at, at + 16000));
  for (const { text } of stream.results()) print(text);
}
stream.inputFinished();
for (const { text } of stream.results()) print(text);
