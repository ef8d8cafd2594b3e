// A dialogue: nothing is heard until the keyword; what follows it belongs to the grammar, and then nothing is heard again.
//   arecord -q -t raw -f S16_LE -r 16000 | node examples/phrases/wake.mjs "hey computer" examples/phrases/timer.jsgf

import { readFileSync } from "node:fs";
import { createRecognizer, PcmDecoder } from "foldvox";

const [keyword, grammarFile, model = "english"] = process.argv.slice(2);
const recognizer = await createRecognizer({ model });
// Made ready once; the stream changes to it at once.
const grammar = recognizer.prepareGrammar(readFileSync(grammarFile, "utf8"));
const stream = recognizer.createStream({
  decoding: { keywords: [{ phrase: keyword, sensitivity: 0.6 }] },
  onKeyword: ({ end, confidence }) => {
    console.log(JSON.stringify({ keyword, confidence: Number(confidence.toFixed(2)) }));
    // The command may have begun before the keyword was told.
    stream.setGrammar(grammar, { since: end });
  },
});

function tell() {
  for (const { text, intent, slots } of stream.results()) {
    console.log(JSON.stringify({ intent, slots, text }));
    stream.setGrammar(null);
  }
}

const decoder = new PcmDecoder("s16le", 1);
for await (const bytes of process.stdin) {
  stream.acceptWaveform(16000, decoder.decode(bytes));
  tell();
}
stream.inputFinished();
tell();
recognizer.free();
