// What the shipped `english` takes to dictate: everything that it keeps, while somebody speaks.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createRecognizerSync } from "../../src/index.ts";
import { engineModule } from "../support/engines.ts";
import { root } from "../support/root.ts";
import { readWav } from "../support/wav.ts";

const bytes = (file: string) => Uint8Array.from(readFileSync(join(root, file)));
/** Of the engine, and of the search with lexicon and language model. */
const MOST_BYTES = 24e6;

it("dictates in 24 MB, however long somebody speaks", () => {
  const recognizer = createRecognizerSync({
    model: bytes("models/english.safetensors"),
    lexicon: bytes("models/english.lexicon"),
    ngrams: bytes("models/english.ngrams"),
    wasm: engineModule("simd"),
  });
  const stream = recognizer.createStream();
  const speech = readWav(bytes("examples/digits.wav"));
  const memory = () => {
    const { arenaBytes, lexiconBytes, ngramsBytes, wordsBytes, searchBytes } = recognizer.memoryReport();
    return { all: arenaBytes + lexiconBytes + ngramsBytes + wordsBytes + searchBytes, searchBytes };
  };
  const sizes = [1, 2, 3].map(() => {
    stream.acceptWaveform(16000, speech);
    stream.partial();
    return memory();
  });
  expect(stream.results().length).toBeGreaterThan(0);
  for (const { all } of sizes) expect(all).toBeLessThanOrEqual(MOST_BYTES);
  // The search has what it needs after the first words.
  expect(sizes[2]!.searchBytes).toBeLessThan(1.05 * sizes[0]!.searchBytes);
  stream.free();
  recognizer.free();
});
