// A lexicon says what was put into it, and damaged files are refused or harmless.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { writeParts } from "../../src/model/parts-file.ts";
import { type Lexicon, readLexicon } from "../../src/pronounce/lexicon.ts";
import { LEXICON_MAGIC } from "../../src/pronounce/lexicon-file.ts";
import { errorOf } from "../support/errors.ts";
import { lexiconOf, listed, manyWords, PHONEMES } from "../support/lexicon.ts";
import { generator } from "../support/random.ts";

const symbols = (said: ArrayLike<number>, list: readonly string[]) => Array.from(said, (i) => list[i]).join(" ");

describe("Lexicon", () => {
  const words = manyWords();
  const lexicon = readLexicon(lexiconOf(words));

  it("numbers words in alphabetical order and finds each", () => {
    const sorted = words.map(({ word }) => word).sort();
    expect(lexicon.size).toBe(sorted.length);
    sorted.forEach((word, number) => {
      expect(lexicon.find(word)).toBe(number);
      expect(lexicon.spelling(number)).toBe(word);
    });
  });

  it("tells the pronunciations, level and writing of each", () => {
    for (const { word, pronunciations, level, kind } of words) {
      const number = lexicon.find(word);
      const said = lexicon.pronunciations(number).map((one) => symbols(one, PHONEMES));
      expect(said).toEqual(pronunciations.map((one) => one.join(" ")));
      expect(lexicon.level(number)).toBe(level);
      expect(lexicon.logProbability(number)).toBe(-5 - level);
      const [a, b, ...rest] = word;
      const capital = `${a!.toUpperCase()}${b}${rest.join("")}`;
      const twice = `${a!.toUpperCase()}${b}${rest[0]!.toUpperCase()}${rest.slice(1).join("")}`;
      expect(lexicon.written(number)).toBe([word, capital, word.toUpperCase(), twice][kind]);
    }
  });

  it("does not find what is not there", () => {
    for (const word of ["", "a", "zzz", "ba", "bad ", "bäd", "BAD", "b".repeat(1000), "日本"])
      expect(lexicon.find(word)).toBe(-1);
  });

  it("answers in any order", () => {
    const numbers = [words.length - 1, 0, 40, 33, 64, 1];
    for (const number of numbers) {
      expect(lexicon.find(lexicon.spelling(number))).toBe(number);
      expect(lexicon.pronunciations(number)[0]!.length).toBeGreaterThan(0);
    }
  });

  it("tells the most frequent words in ascending order", () => {
    const most = lexicon.mostFrequent(20);
    expect(most.length).toBe(20);
    expect([...most]).toEqual([...most].sort((a, b) => a - b));
    const taken = new Set(most);
    const worst = Math.max(...Array.from(most, (number) => lexicon.level(number)));
    for (let number = 0; number < lexicon.size; number++) {
      if (!taken.has(number)) expect(lexicon.level(number)).toBeGreaterThanOrEqual(worst);
    }
    expect(lexicon.mostFrequent(1e9).length).toBe(lexicon.size);
  });

  it("writes out what does not follow the letters", () => {
    const odd = "w ɪ dʒ ɪ t s ɪ z ɡ oʊ ɪ ŋ";
    const own = readLexicon(lexiconOf([...words, listed("ga", odd), listed("ge", `ɡ ɛ | ${odd}`)]));
    expect(symbols(own.pronunciations(own.find("ga"))[0]!, PHONEMES)).toBe(odd);
    expect(own.pronunciations(own.find("ge")).map((said) => symbols(said, PHONEMES))).toEqual(["ɡ ɛ", odd]);
  });

  it("speaks in a model's tokens", () => {
    const tokens = ["<blank>", ...PHONEMES].reverse();
    const own = readLexicon(lexiconOf(words), tokens);
    expect(symbols(own.pronunciations(own.find("bad"))[0]!, tokens)).toBe("b æ d");
    expect(errorOf(() => readLexicon(lexiconOf(words), tokens.slice(3))).code).toBe("bad-model");
  });

  it("has no word of other numbers", () => {
    for (const number of [-1, 0.5, words.length, Number.NaN]) {
      expect(errorOf(() => lexicon.spelling(number)).code).toBe("bad-argument");
    }
  });
});

describe("readLexicon", () => {
  const bytes = lexiconOf(manyWords());
  const headerBytes = new DataView(bytes.buffer).getUint32(40, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(44, 44 + headerBytes)));
  const parts = bytes.subarray(44 + headerBytes);

  it("refuses other files, cut-off ones and damaged ones", () => {
    expect(errorOf(() => readLexicon(new Uint8Array())).code).toBe("bad-model");
    expect(errorOf(() => readLexicon(new Uint8Array(1000))).code).toBe("bad-model");
    expect(errorOf(() => readLexicon(bytes.subarray(0, 30))).code).toBe("model-truncated");
    expect(errorOf(() => readLexicon(bytes.subarray(0, bytes.length - 1))).code).toBe("model-truncated");
    expect(errorOf(() => readLexicon(Uint8Array.of(...bytes, 0))).code).toBe("bad-model");
    const damaged = bytes.slice();
    damaged[damaged.length - 5]! ^= 1;
    expect(errorOf(() => readLexicon(damaged)).code).toBe("model-corrupt");
    expect(errorOf(() => readLexicon(writeParts(LEXICON_MAGIC, { ...header, version: 2 }, [parts]))).code).toBe(
      "model-version",
    );
  });

  it.each([
    ["words", 0],
    ["words", 1e9],
    ["letters", "aab"],
    ["letters", 5],
    ["phonemes", []],
    ["phonemes", ["a", "a"]],
    ["chunks", [[99]]],
    ["chunks", [[0, 0, 0, 0, 0]]],
    ["levels", [1]],
    ["width", -1],
    ["width", 8],
    ["parts", {}],
    ["parts", { ...header.parts, blocks: -1 }],
    ["attribution", "me"],
  ])("refuses a header whose %s is %j", (name, value) => {
    expect(errorOf(() => readLexicon(writeParts(LEXICON_MAGIC, { ...header, [name]: value }, [parts]))).code).toBe(
      "bad-model",
    );
  });
});

describe("fuzz", () => {
  const bytes = lexiconOf([...manyWords(), listed("ga", "w ɪ dʒ ɪ t s ɪ z ɡ oʊ ɪ ŋ")]);
  const headerBytes = new DataView(bytes.buffer).getUint32(40, true);

  /** The file with a right checksum, so that what stands behind it is looked at. */
  const resealed = (file: Uint8Array) => {
    const digest = createHash("sha256").update(file.subarray(40)).digest();
    file.set(digest, 8);
    return file;
  };

  /** Asks everything of a lexicon; returns whether it could be read. */
  function ask(file: Uint8Array): boolean {
    let lexicon: Lexicon;
    try {
      lexicon = readLexicon(file);
    } catch (error) {
      expect(error).toBeInstanceOf(FoldvoxError);
      return false;
    }
    for (let number = 0; number < Math.min(lexicon.size, 500); number++) {
      expect(lexicon.spelling(number).length).toBeLessThanOrEqual(63);
      const said = lexicon.pronunciations(number);
      expect(said.length).toBeLessThanOrEqual(15);
      for (const one of said) {
        expect(one.length).toBeLessThanOrEqual(4 * 63);
        expect(one.every((phoneme) => phoneme < lexicon.phonemes.length)).toBe(true);
      }
      lexicon.written(number);
      lexicon.logProbability(number);
    }
    for (const word of ["bad", "ga", "toents", "zzz"]) lexicon.find(word);
    lexicon.mostFrequent(10);
    return true;
  }

  it("any bytes behind the header are refused or read within bounds", () => {
    const random = generator(5);
    const start = 44 + headerBytes;
    let read = 0;
    for (let round = 0; round < 200; round++) {
      const file = bytes.slice();
      const changes = 1 + Math.floor(random() * 4);
      for (let i = 0; i < changes; i++) {
        file[start + Math.floor(random() * (file.length - start))] = Math.floor(random() * 256);
      }
      if (ask(resealed(file))) read++;
    }
    // Some get past the checks, or the rounds would show nothing about reading.
    expect(read).toBeGreaterThan(10);
    expect(read).toBeLessThan(200);
  });

  it("so are any bytes of the header", () => {
    const random = generator(6);
    for (let round = 0; round < 200; round++) {
      const file = bytes.slice();
      file[40 + Math.floor(random() * (headerBytes + 4))] = Math.floor(random() * 128);
      ask(resealed(file));
    }
  });
});
