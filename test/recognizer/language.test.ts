// The lexicon that travels with a model of phonemes: found, checked, kept, reported; and never asked for in vain.

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecognizer, createRecognizerSync, type ModelConfig, type RecognizerOptions } from "../../src/index.ts";
import { ArpaReader } from "../../src/ngrams/arpa-reader.ts";
import { writeNgrams } from "../../src/ngrams/ngram-writer.ts";
import { numberedBy } from "../../src/ngrams/tree-packer.ts";
import { readLexicon } from "../../src/pronounce/lexicon.ts";
import { engineModule } from "../support/engines.ts";
import { errorOf, rejectionOf } from "../support/errors.ts";
import { lexiconOf, manyWords, PHONEMES } from "../support/lexicon.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { ModelServer } from "../support/model-server.ts";

const lexicon = lexiconOf(manyWords());
const sha256 = createHash("sha256").update(lexicon).digest("hex");
const side = { file: "small.lexicon", bytes: lexicon.length, sha256 };

const phonemeConfig = (rest: Partial<ModelConfig> = {}) =>
  smallConfig({ outputDim: 40 }, { tokens: ["<blank>", ...PHONEMES], tokenUnit: "phoneme", lexicon: side, ...rest });

const file = modelFile(phonemeConfig());
const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
process.env.XDG_CACHE_HOME = folder;

let server: ModelServer;
let model: string;

beforeEach(async () => {
  rmSync(join(folder, "foldvox"), { recursive: true, force: true });
  server = new ModelServer(file);
  server.beside.set(side.file, lexicon);
  model = await server.start();
});

afterEach(() => server.stop());

const create = (options: RecognizerOptions) => createRecognizer({ wasm: engineModule("simd"), ...options });

/** What a recognizer of these options says for "bad", and for a word that nobody knows. */
async function heard(options: RecognizerOptions): Promise<string> {
  const recognizer = await create(options);
  const { pronunciations } = recognizer.pronounce("bad")[0]![0]!;
  const { lexiconBytes } = recognizer.memoryReport();
  recognizer.free();
  expect(lexiconBytes).toBe(lexicon.length);
  return pronunciations.join(" | ");
}

describe("a model of phonemes", () => {
  it("brings its lexicon along from a server, and keeps it", async () => {
    expect(await heard({ model })).toBe("b æ d");
    expect(server.requests.filter((request) => request === "GET small.lexicon")).toHaveLength(1);
    expect(await heard({ model })).toBe("b æ d");
    expect(server.requests.filter((request) => request === "GET small.lexicon")).toHaveLength(1);
    expect(readdirSync(join(folder, "foldvox")).some((name) => name.endsWith(".lexicon"))).toBe(true);
  });

  it("loads it anew where the cache's copy is damaged", async () => {
    await heard({ model });
    const kept = readdirSync(join(folder, "foldvox")).find((name) => name.endsWith(".lexicon"))!;
    const path = join(folder, "foldvox", kept);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(await heard({ model })).toBe("b æ d");
  });

  it("finds it beside the model's file", async () => {
    const place = mkdtempSync(join(tmpdir(), "foldvox-model-"));
    writeFileSync(join(place, "model.safetensors"), file);
    writeFileSync(join(place, side.file), lexicon);
    expect(await heard({ model: join(place, "model.safetensors") })).toBe("b æ d");
    expect(await heard({ model: pathToFileURL(join(place, "model.safetensors")) })).toBe("b æ d");
    rmSync(place, { recursive: true });
  });

  it("takes one that is given, as bytes or from elsewhere", async () => {
    expect(await heard({ model: file, lexicon })).toBe("b æ d");
    expect(await heard({ model: file, lexicon: new Blob([lexicon as Uint8Array<ArrayBuffer>]) })).toBe("b æ d");
    expect(await heard({ model: file, lexicon: new URL(side.file, model) })).toBe("b æ d");
    const recognizer = createRecognizerSync({ model: file, lexicon, wasm: engineModule("simd") });
    expect(recognizer.pronounce("bad")[0]![0]!.pronunciations).toEqual(["b æ d"]);
    recognizer.free();
  });

  it("says what is missing where it came as bytes", async () => {
    const recognizer = await create({ model: file });
    expect(recognizer.memoryReport().lexiconBytes).toBe(0);
    const error = errorOf(() => recognizer.pronounce("bad"));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("lexicon");
    recognizer.free();
  });

  it("takes own pronunciations", async () => {
    const pronunciations = { bad: ["b ɔ d", "B AO1 D AH0"], foldvox: "f oʊ l d v ɑ k s" };
    expect(await heard({ model, pronunciations })).toBe("b ɔ d | b ɔ d ə");
    const recognizer = await create({ model, pronunciations });
    expect(recognizer.pronounce("Foldvox")[0]).toEqual([
      { word: "foldvox", pronunciations: ["f oʊ l d v ɑ k s"], source: "own" },
    ]);
    recognizer.free();
    const error = await rejectionOf(create({ model, pronunciations: { bad: "bad" } }));
    expect(error.code).toBe("bad-argument");
  });

  it("refuses another lexicon than the one it names, a short one, and none", async () => {
    server.beside.set(side.file, lexiconOf(manyWords().slice(1)));
    expect((await rejectionOf(create({ model }))).code).toMatch(/^model-(corrupt|truncated)$/);
    const damaged = lexicon.slice();
    damaged[100]! ^= 1;
    server.beside.set(side.file, damaged);
    expect((await rejectionOf(create({ model }))).code).toBe("model-corrupt");
    server.beside.set(side.file, new Uint8Array(lexicon.length + 1));
    expect((await rejectionOf(create({ model }))).code).toBe("model-corrupt");
    server.beside.delete(side.file);
    const error = await rejectionOf(create({ model }));
    expect(error.code).toBe("io");
    expect(error.message).toContain(side.file);
  });

  it("refuses a lexicon of other phonemes", async () => {
    const tokens = ["<blank>", ...PHONEMES.slice(0, 38), "x"];
    const error = await rejectionOf(create({ model: modelFile(phonemeConfig({ tokens })), lexicon }));
    expect(error.code).toBe("bad-model");
  });

  it("stops with its signal", async () => {
    const controller = new AbortController();
    const loading = create({ model, signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(loading).rejects.toThrow("enough");
  });
});

describe("dictation", () => {
  /** A language model of the lexicon's words, all as frequent. */
  function ngramsOf(): Uint8Array {
    const words = manyWords().map(({ word }) => `-2 ${word}`);
    const lines = [
      "\\data\\",
      `ngram 1=${words.length + 2}`,
      "",
      "\\1-grams:",
      "-99 <s>",
      "-2 </s>",
      ...words,
      "",
      "\\end\\",
    ];
    const reader = new ArpaReader();
    for (const line of lines) reader.push(line);
    const about = { name: "small", language: "en", licence: "", attribution: [] };
    return writeNgrams(reader.finish(), about, numberedBy(readLexicon(lexicon))).bytes;
  }

  it("brings its language model along, unless a grammar says all", async () => {
    const ngrams = ngramsOf();
    const beside = {
      file: "small.ngrams",
      bytes: ngrams.length,
      sha256: createHash("sha256").update(ngrams).digest("hex"),
    };
    server.content = modelFile(phonemeConfig({ ngrams: beside }));
    server.beside.set(beside.file, ngrams);
    const grammared = await create({ model, cache: "no-store", decoding: { grammar: ["bad"] } });
    expect(grammared.memoryReport()).toMatchObject({ ngramsBytes: 0, wordsBytes: 0, searchBytes: 0 });
    grammared.free();
    expect(server.requests).not.toContain("GET small.ngrams");
    const recognizer = await create({ model, cache: "no-store", maxStreams: 2 });
    expect(recognizer.memoryReport().ngramsBytes).toBe(ngrams.length);
    expect(server.requests).toContain("GET small.ngrams");
    const stream = recognizer.createStream();
    stream.acceptWaveform(16000, new Float32Array(16000));
    stream.inputFinished();
    const known = new Set(manyWords().map(({ word }) => word));
    const heardWords = stream.results().flatMap(({ result }) => result.map(({ word }) => word.toLowerCase()));
    expect(heardWords.filter((word) => !known.has(word))).toEqual([]);
    const { wordsBytes, searchBytes } = recognizer.memoryReport();
    expect(wordsBytes).toBeGreaterThan(0);
    // Tokens of two rows at least; a second stream needs its own, and shares the words.
    expect(searchBytes).toBeGreaterThan(1e6);
    const other = recognizer.createStream();
    expect(recognizer.memoryReport().wordsBytes).toBe(wordsBytes);
    expect(recognizer.memoryReport().searchBytes).toBeGreaterThan(1.9 * searchBytes);
    other.free();
    expect(recognizer.memoryReport().searchBytes).toBe(searchBytes);
    stream.free();
    expect(recognizer.memoryReport().searchBytes).toBe(0);
    recognizer.free();
    const sync = createRecognizerSync({ model: server.content, lexicon, ngrams, wasm: engineModule("simd") });
    expect(sync.memoryReport().ngramsBytes).toBe(ngrams.length);
    sync.free();
  });
});

describe("other models", () => {
  it("ask for no lexicon and refuse one", async () => {
    server.content = modelFile(smallConfig());
    const recognizer = await create({ model, cache: "no-store" });
    expect(recognizer.memoryReport().lexiconBytes).toBe(0);
    expect(errorOf(() => recognizer.pronounce("bad")).code).toBe("unsupported");
    recognizer.free();
    expect(server.requests).toEqual(["GET"]);
    expect((await rejectionOf(create({ model: server.content, lexicon }))).code).toBe("bad-argument");
    expect((await rejectionOf(create({ model: server.content, pronunciations: {} }))).code).toBe("bad-argument");
  });
});
