// examples/phrases: the grammars are compiled with the real lexicon; the scripts run with a model that knows nothing.

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRecognizerSync } from "../../src/index.ts";
import { bytesOf, engineModule } from "../support/engines.ts";
import { PHONEMES } from "../support/lexicon.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { outputOf, rawDigits, root, run } from "./support.ts";

const lexicon = bytesOf("models/english.lexicon");
const side = {
  file: "english.lexicon",
  bytes: lexicon.length,
  sha256: createHash("sha256").update(lexicon).digest("hex"),
};
const model = modelFile(
  smallConfig({ outputDim: 40 }, { tokens: ["<blank>", ...PHONEMES], tokenUnit: "phoneme", lexicon: side }),
);

const folder = mkdtempSync(join(tmpdir(), "foldvox-phrases-"));
const path = join(folder, "small.safetensors");
writeFileSync(path, model);
writeFileSync(join(folder, side.file), lexicon);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grammars = readdirSync(join(root, "examples/phrases")).filter((name) => name.endsWith(".jsgf"));

describe("the grammars", () => {
  const recognizer = createRecognizerSync({ model, lexicon, wasm: engineModule("simd") });

  it("are a lamp's, a timer's and that of coffee orders", () =>
    expect(grammars.sort()).toEqual(["coffee.jsgf", "lamp.jsgf", "timer.jsgf"]));

  it.each(grammars)("%s is made ready, and listened for", (name) => {
    const grammar = recognizer.prepareGrammar(readFileSync(join(root, "examples/phrases", name), "utf8"));
    const stream = recognizer.createStream({ decoding: { grammar, keywords: ["hey computer"] } });
    stream.acceptWaveform(16000, new Float32Array(16000));
    stream.setGrammar(grammar, { since: 0.5 });
    stream.setGrammar(null);
    stream.inputFinished();
    // A model that knows nothing may hear anything, but only what the grammar allows.
    for (const { intent, slots } of stream.results())
      expect([typeof intent, typeof slots]).toEqual(["string", "object"]);
    stream.free();
  });
});

describe("the scripts", () => {
  it.each([
    ["listen.mjs", ["examples/phrases/lamp.jsgf", path]],
    ["wake.mjs", ["hey computer", "examples/phrases/timer.jsgf", path]],
  ])("%s runs over a pipe, and ends with it", async (name, args) => {
    const child = run(`examples/phrases/${name}`, {}, [], args);
    const output = outputOf(child);
    child.stdin!.end(rawDigits.subarray(0, 64001));
    for (const line of (await output).trim().split("\n").filter(Boolean)) JSON.parse(line);
  });
});
