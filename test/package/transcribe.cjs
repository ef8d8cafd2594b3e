// Prints the build that runs and the words that it hears in the first four seconds of the example recording, or the error's code.
// node transcribe.cjs SCRIPT [WITH-MODEL]

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "../..");
const [script, withModel] = process.argv.slice(2);
const { createRecognizer } = require(join(root, script));

const bytes = readFileSync(join(root, "examples/digits.wav"));
const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + 44 + 8 * 16000));

createRecognizer(withModel ? { model: readFileSync(join(root, "models/commands.safetensors")) } : {}).then(
  (recognizer) => {
    const stream = recognizer.createStream();
    stream.acceptWaveform(16000, samples);
    stream.inputFinished();
    console.log(`${recognizer.build}: ${stream.results().map(({ text }) => text)}`);
  },
  ({ code, message }) => console.log(`${code}: ${message}`),
);
