// Words as they are spoken, from raw 16-bit audio at 16 kHz on standard input:
//   arecord -q -t raw -f S16_LE -r 16000 | node examples/node-stdin.mjs
//   ffmpeg -v error -i talk.mp3 -f s16le -ac 1 -ar 16000 - | node examples/node-stdin.mjs

import { createRecognizer } from "foldvox";

/** Samples of two bytes each, from chunks that may end in the middle of one. */
async function* samples(input) {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 2);
    rest = bytes.subarray(whole);
    yield Int16Array.from({ length: whole / 2 }, (_, i) => bytes.readInt16LE(2 * i));
  }
}

const recognizer = await createRecognizer();
const terminal = process.stderr.isTTY;
for await (const result of recognizer.transcribe(samples(process.stdin), { sampleRate: 16000 })) {
  // What may still change goes to the terminal's line, what is final to the output.
  if (terminal) process.stderr.write(`\r\x1b[K${result.partial ?? ""}`);
  if (result.text !== undefined) console.log(result.text);
}
recognizer.free();
