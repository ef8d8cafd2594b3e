// examples/quickjs: the engine as plain JavaScript, in a JavaScript engine that has no WebAssembly.

import { expect, it } from "vitest";
import { bytesOf, recognizer } from "../support/engines.ts";
import { outputOf, rawDigits, run } from "./support.ts";

it("hears without WebAssembly what the recognizer hears with it", async () => {
  const stream = recognizer("simd", bytesOf("models/commands.safetensors")).createStream();
  stream.acceptWaveform(
    16000,
    Int16Array.from({ length: 32000 }, (_, i) => rawDigits.readInt16LE(2 * i)),
  );
  stream.inputFinished();
  const expected = stream.results().map(({ text }) => text);
  expect(expected.join("")).not.toBe("");
  expect((await outputOf(run("examples/quickjs/run.mjs"))).trim().split("\n")).toEqual(expected);
}, 300_000);
