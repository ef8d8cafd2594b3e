// Grammars that are made ready in the worker: what is heard with one is what is heard without a worker, with meaning and times.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FinalResult } from "../../src/index.ts";
import { createWorkerRecognizer, type WorkerRecognizer } from "../../src/worker/worker-recognizer.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { localWorker } from "../support/local-worker.ts";
import { readWav } from "../support/wav.ts";

const model = bytesOf("models/english.safetensors");
const lexicon = bytesOf("models/english.lexicon");
const digits = readWav(bytesOf("examples/digits.wav"));
const said = new TextDecoder().decode(bytesOf("examples/digits.txt")).trim();
const source = `public <number> = <digit>+;
<digit> = zero | one | two | three | four | five | six | seven | eight | nine;`;

let worker: WorkerRecognizer;

beforeAll(async () => {
  worker = await createWorkerRecognizer({ model, lexicon, wasm: engineModule("simd"), worker: localWorker() });
});
afterAll(() => worker.free());

/** What a recognizer without a worker says. */
function expected(): FinalResult[] {
  const alone = recognizer("simd", model, { lexicon });
  const stream = alone.createStream({ decoding: { grammar: source } });
  stream.acceptWaveform(16000, digits);
  stream.inputFinished();
  return stream.results();
}

async function heard(prepare: boolean): Promise<FinalResult[]> {
  const finals: FinalResult[] = [];
  const stream = await worker.createStream({
    decoding: { grammar: prepare ? ["good night"] : source },
    onFinal: (final) => finals.push(final),
  });
  if (prepare) {
    const grammar = await worker.prepareGrammar(source);
    await stream.setGrammar(grammar);
  }
  await stream.acceptWaveform(16000, digits);
  await stream.inputFinished();
  await stream.free();
  return finals;
}

describe("a grammar made ready in a worker", () => {
  it("hears what the same grammar hears without one, word for word, with meaning and times", async () => {
    const alone = expected();
    const words = alone.map(({ text }) => text).join(" ");
    expect(words).toBe(said);
    expect(alone[0]!.intent).toBe("number");
    expect(await heard(true)).toEqual(alone);
    expect(await heard(false)).toEqual(alone);
  });

  it("is refused with line and column", async () => {
    const rejected = worker.prepareGrammar("public <a> = one\n  | <b>;");
    await expect(rejected).rejects.toMatchObject({ code: "bad-argument", message: expect.stringMatching(/line 2/i) });
  });
});
