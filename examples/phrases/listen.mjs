// What was meant, from raw 16-bit audio at 16 kHz on standard input; the grammar is a file:
//   arecord -q -t raw -f S16_LE -r 16000 | node examples/phrases/listen.mjs examples/phrases/lamp.jsgf
// Say "turn on the kitchen light": {"intent":"light","slots":{"state":"on","room":"kitchen"},...}

import { readFileSync } from "node:fs";
import { createRecognizer } from "foldvox";

const [grammarFile, model = "english"] = process.argv.slice(2);
const grammar = readFileSync(grammarFile, "utf8");
const recognizer = await createRecognizer({ model, decoding: { grammar } });
const terminal = process.stderr.isTTY;
for await (const result of recognizer.transcribe(process.stdin, { sampleRate: 16000, format: "s16le" })) {
  if (terminal) process.stderr.write(`\r\x1b[K${result.partial ?? ""}`);
  if (result.text === undefined) continue;
  const { text, intent, slots, confidence } = result;
  console.log(JSON.stringify({ intent, slots, confidence: Number(confidence?.toFixed(2)), text }));
}
recognizer.free();
