// Long work lets others have their turn: counted in turns of the event loop, not in time.

import { expect, it } from "vitest";
import { bytesOf, recognizer } from "./support/engines.ts";
import { readWav } from "./support/wav.ts";

const digits = readWav(bytesOf("examples/digits.wav"));
const model = bytesOf("models/commands.safetensors");
/** A minute and a half in one piece. */
const long = new Float32Array(digits.length * 10);
for (let i = 0; i < 10; i++) long.set(digits, i * digits.length);

/** How often others ran while `work` did. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const other = () => {
    turns++;
    if (!isOver) setImmediate(other);
  };
  setImmediate(other);
  await work();
  isOver = true;
  return turns;
}

const words: Record<string, string> = {};

it("transcribe", async () => {
  const engine = recognizer("simd", model);
  const turns = await turnsDuring(async () => {
    for await (const result of engine.transcribe([long])) if ("text" in result) words.transcribe = result.text;
  });
  expect(turns).toBeGreaterThan(3);
});

it("a pipe", async () => {
  const engine = recognizer("simd", model);
  const source = new ReadableStream<Float32Array>({
    start(controller) {
      for (let at = 0; at < long.length; at += 1600) controller.enqueue(long.subarray(at, at + 1600));
      controller.close();
    },
  });
  const turns = await turnsDuring(async () => {
    for await (const result of source.pipeThrough(engine.transformStream()))
      if ("text" in result) words.pipe = result.text;
  });
  expect(turns).toBeGreaterThan(3);
});

it("acceptWaveformAsync, which hears what acceptWaveform hears", async () => {
  const engine = recognizer("simd", model);
  const stream = engine.createStream();
  const turns = await turnsDuring(() => stream.acceptWaveformAsync(16000, long));
  stream.inputFinished();
  const heard = stream.results();
  expect(turns).toBeGreaterThan(3);
  stream.reset();
  stream.acceptWaveform(16000, long);
  stream.inputFinished();
  expect(heard).toEqual(stream.results());
  expect([words.transcribe, words.pipe]).toEqual([heard.at(-1)!.text, heard.at(-1)!.text]);
  await expect(stream.acceptWaveformAsync(16000, Float32Array.of(0, Number.NaN))).rejects.toMatchObject({
    code: "bad-audio",
  });
  stream.free();
});
