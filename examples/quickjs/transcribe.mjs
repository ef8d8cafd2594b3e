// Speech in an engine without WebAssembly, without timers and without a file system: all it gets are two functions of its host,
// readFile(path), which returns an ArrayBuffer, and print(line).

import { createRecognizerSync } from "foldvox/plain";

const recognizer = createRecognizerSync({ model: readFile("models/commands.safetensors") });
const stream = recognizer.createStream();
// QuickJS is an interpreter: this model takes it several times as long as the sound lasts, so it gets the first two seconds.
const samples = new Int16Array(readFile("examples/digits.wav"), 44, 2 * 16000);
for (let at = 0; at < samples.length; at += 16000) {
  stream.acceptWaveform(16000, samples.subarray(at, at + 16000));
  for (const { text } of stream.results()) print(text);
}
stream.inputFinished();
for (const { text } of stream.results()) print(text);
