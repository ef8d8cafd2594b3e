// SentencePiece models: their pieces, and text from them as SentencePiece itself makes it (training/goldens/make_transducer_goldens.py).

import { describe, expect, it } from "vitest";
import { readSentencePieces } from "../../src/convert/sentencepiece.ts";
import { byteOf, textOfBytes } from "../../src/decode/text/byte-pieces.ts";
import { textOf, wordsOf } from "../../src/decode/text/words.ts";
import { bytesOf } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";

interface Case {
  name: string;
  pieces: string[];
  spoken: { ids: number[]; text: string }[];
}

const folder = "test/golden/transducer";
const cases: Case[] = JSON.parse(new TextDecoder().decode(bytesOf(`${folder}/pieces.json`)));
const modelOf = (name: string) => bytesOf(`${folder}/${name}.model`);

/** Tokens one after the other, a tenth of a second each. */
const emissions = (tokens: readonly string[]) =>
  tokens.map((token, i) => ({ token, start: i / 10, end: (i + 1) / 10, confidence: 1 }));
const spell = (tokens: readonly string[]) => textOf(wordsOf(emissions(tokens), "piece"));

describe.each(cases)("$name", ({ name, pieces, spoken }) => {
  const read = readSentencePieces(modelOf(name));

  it("has the pieces that SentencePiece reads", () => {
    expect(read.map(({ text }) => text)).toEqual(pieces);
  });

  it("knows control symbols, the unknown token and bytes from text", () => {
    const kindOf = new Map(read.map(({ text, kind }) => [text, kind]));
    for (const silent of ["<unk>", "<s>", "</s>"]) expect(kindOf.get(silent)).toBe("silent");
    expect(read.filter(({ kind }) => kind === "byte").length).toBe(name.endsWith("bytes") ? 256 : 0);
    expect(read.filter(({ kind }) => kind === "text").length).toBeGreaterThan(40);
  });

  it.each(spoken)("spells $text", ({ ids, text }) => {
    // Words come without the spaces around and between them that SentencePiece may keep.
    expect(spell(ids.map((id) => pieces[id]!))).toBe(text.trim().replace(/ +/g, " "));
  });
});

describe("words of pieces", () => {
  it.each<[string[], string[]]>([
    [
      ["▁he", "llo", "▁world"],
      ["hello", "world"],
    ],
    [["▁don", "'", "t"], ["don't"]],
    [
      ["▁stop", ";", "▁go", "!"],
      ["stop;", "go!"],
    ],
    [
      ["▁", "x", "▁", "▁", "y"],
      ["x", "y"],
    ],
    [
      ["lo", "▁and"],
      ["lo", "and"],
    ],
    [
      ["▁of▁the", "▁day"],
      ["of", "the", "day"],
    ],
    [
      ["he", "llo▁", "wor", "ld▁"],
      ["hello", "world"],
    ],
    [["▁"], []],
    [["▁<0xE2>"], ["<0xE2>"]],
    [
      ["▁5", "<0xE2>", "<0x82>", "<0xAC>", "▁each"],
      ["5€", "each"],
    ],
    [["▁", "<0xF0>", "<0x9F>", "<0x8E>", "<0x89>"], ["🎉"]],
    [["▁a", "<0xE2>", "<0x82>", "b"], ["a\ufffd\ufffdb"]],
  ])("%j are %j", (tokens, words) => {
    expect(wordsOf(emissions(tokens), "piece").map(({ word }) => word)).toEqual(words);
  });

  it("grow while they are told: each further piece changes the last word only", () => {
    const tokens = ["▁stu", "ff", "▁it", "▁in", "to", "▁you", ","];
    const told = tokens.map((_, i) => spell(tokens.slice(0, i + 1)));
    expect(told).toEqual([
      "stu",
      "stuff",
      "stuff it",
      "stuff it in",
      "stuff it into",
      "stuff it into you",
      "stuff it into you,",
    ]);
  });

  it("last from their first piece to their last, and a piece with two words belongs to both", () => {
    const [first, second, third] = wordsOf(emissions(["▁he", "llo", "▁of▁the"]), "piece");
    expect(first).toMatchObject({ word: "hello", start: 0, end: 0.2 });
    expect(second).toMatchObject({ word: "of", start: 0.2 });
    expect(third).toMatchObject({ word: "the" });
    expect(third!.end).toBeCloseTo(0.3);
  });
});

describe("bytes", () => {
  it.each([
    ["<0x00>", 0],
    ["<0xFF>", 255],
    ["<0xff>", null],
    ["<0x1>", null],
    ["x", null],
  ])("%s is %s", (piece, byte) => {
    expect(byteOf(piece)).toBe(byte);
  });

  it("become text as the platform's own decoder reads them", () => {
    for (const text of ["", "plain", "Bücher", "日本語", "🎉", "\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"]) {
      expect(textOfBytes([...new TextEncoder().encode(text)])).toBe(text);
    }
  });

  it.each([
    [[0x80], 1],
    [[0xc0, 0xaf], 2],
    [[0xe0, 0x80, 0x80], 3],
    [[0xed, 0xa0, 0x80], 3],
    [[0xf4, 0x90, 0x80, 0x80], 4],
    [[0xe2, 0x82], 2],
  ])("that are no UTF-8, %j, become one replacement each", (bytes, count) => {
    expect(textOfBytes([...bytes, 0x41])).toBe(`${"\ufffd".repeat(count)}A`);
  });
});

describe("a damaged model", () => {
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("<unk>\t0\n<s>\t0\n")],
    ["a field that reaches past the end", Uint8Array.of(0x0a, 0x7f, 1)],
    ["a length of exabytes", Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ["a number that never ends", new Uint8Array(64).fill(0xff)],
    ["fields without pieces", Uint8Array.of(0x10, 1)],
  ])("of %s is refused", (_, bytes) => {
    expect(errorOf(() => readSentencePieces(bytes)).code).toBe("bad-checkpoint");
  });

  it("cut off anywhere is refused, or gives fewer pieces", () => {
    const whole = modelOf("pieces-bpe");
    const { length } = readSentencePieces(whole);
    for (let end = 0; end < whole.length; end += 7) {
      try {
        expect(readSentencePieces(whole.subarray(0, end)).length).toBeLessThanOrEqual(length);
      } catch (error) {
        expect(error).toMatchObject({ code: "bad-checkpoint" });
      }
    }
  });
});
