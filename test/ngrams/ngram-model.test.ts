// N-gram models: what they score, their file, and what is done with damaged ones.

import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { sha256 } from "../../src/model/sha256.ts";
import { ArpaReader } from "../../src/ngrams/arpa-reader.ts";
import { END, NGRAM_VERSION, readNgramFile, START, UNKNOWN } from "../../src/ngrams/ngram-file.ts";
import { NgramModel } from "../../src/ngrams/ngram-model.ts";
import { wordsOf } from "../../src/ngrams/ngram-words.ts";
import { writeNgrams } from "../../src/ngrams/ngram-writer.ts";
import { numberedBy } from "../../src/ngrams/tree-packer.ts";
import { pronunciationsOf } from "../../src/pronounce/word-tree.ts";
import { errorOf } from "../support/errors.ts";
import { ARPA, expected } from "./support.ts";

const ABOUT = { name: "small", language: "en", licence: "MIT", attribution: ["us"] };

function read(text: string) {
  const reader = new ArpaReader();
  for (const line of text.split("\n")) reader.push(line);
  return reader.finish();
}

const bytesOf = (text: string) => writeNgrams(read(text), ABOUT, null).bytes;

function modelOf(text: string): { model: NgramModel; number: (word: string) => number } {
  const file = readNgramFile(bytesOf(text));
  const words = wordsOf(file, { size: 0, sha256: "" });
  const names = ["<s>", "</s>", "<unk>", ...("names" in words ? words.names : [])];
  return { model: new NgramModel(file), number: (word) => Math.max(names.indexOf(word), -1) };
}

describe("NgramModel", () => {
  it("scores every history as back-off says", () => {
    const { model, number } = modelOf(ARPA);
    const words = ["bad", "cab", "dad", "fed"];
    const step = { score: 0, state: 0 };
    const walk = (state: number, history: readonly string[], left: number): void => {
      for (const word of [...words, "</s>"]) {
        model.step(state, number(word), step);
        expect(step.score / Math.LN10, `${history} ${word}`).toBeCloseTo(expected(ARPA, history, word), 4);
        const next = step.state;
        if (left > 0 && word !== "</s>") walk(next, [...history, word], left - 1);
      }
    };
    walk(model.start, ["<s>"], 3);
  });

  it("ends utterances, and knows marks by fixed numbers", () => {
    const { model, number } = modelOf(ARPA);
    expect([number("<s>"), number("</s>"), number("<unk>")]).toEqual([START, END, UNKNOWN]);
    expect(model.end(model.start) / Math.LN10).toBeCloseTo(-0.3 - 1.2, 4);
  });

  it("numbers words by a lexicon, and leaves out what that lacks", () => {
    const known = ["bad", "cab", "dad", "zeal"];
    const lexicon = {
      size: known.length,
      sha256: "ab".repeat(32),
      find: (word: string) => known.indexOf(word),
      phonemesOf: (word: number) => [[word + 1, 9]],
    };
    const { bytes, leftOut } = writeNgrams(read(ARPA), ABOUT, numberedBy(lexicon));
    expect(leftOut).toEqual({ words: 1, grams: 1 });
    const file = readNgramFile(bytes);
    expect(wordsOf(file, lexicon)).toEqual({ numbers: Uint32Array.of(0, 1, 2) });
    expect(pronunciationsOf(file.tree!)).toEqual({
      first: Uint32Array.of(0, 2, 4, 6),
      sounds: Uint8Array.of(1, 9, 2, 9, 3, 9),
      word: Int32Array.of(3, 4, 5),
    });
    expect(errorOf(() => wordsOf(file, { ...lexicon, sha256: "00".repeat(32) })).code).toBe("bad-model");
  });
});

describe("ArpaReader", () => {
  it.each([
    ["a text without counts", "hello", /all before it are not/],
    ["a text cut off", ARPA.slice(0, 300), /cut off|is "/],
    ["a count that is wrong", ARPA.replace("ngram 3=3", "ngram 3=4"), /announces 4 3-grams and holds 3/],
    ["more than announced", ARPA.replace("ngram 2=7", "ngram 2=6"), /one more 2-gram/],
    ["a probability above one", ARPA.replace("-0.8 bad cab", "0.8 bad cab"), /logarithm/],
    ["a word that no 1-gram tells", ARPA.replace("-0.3 dad fed", "-0.3 dad fad"), /"fad"/],
    ["a word twice", ARPA.replace("-1.3 fed 0", "-1.3 bad 0"), /second time/],
    ["too many words", "\\data\\\nngram 1=70000\n", /at most 65533/],
    ["sections out of turn", ARPA.replace("\\2-grams:", "\\3-grams:"), /not in turn/],
  ])("refuses %s", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("passes over longer n-grams", () => {
    const longer = ARPA.replace("ngram 3=3", "ngram 3=3\nngram 4=1").replace(
      "\\end\\",
      "\\4-grams:\n-0.1 <s> bad cab dad\n\n\\end\\",
    );
    expect(read(longer).skippedOrder).toBe(4);
  });

  it("refuses a trigram without its bigram", () => {
    const orphan = ARPA.replace("-1.0 cab bad -0.35\n", "").replace("ngram 2=7", "ngram 2=6");
    expect(() => bytesOf(orphan)).toThrow(/"cab bad"/);
  });
});

describe("readNgramFile", () => {
  const good = bytesOf(ARPA);

  it("refuses every file that is cut off", () => {
    for (let length = 0; length < good.length; length += length < 400 ? 1 : 17) {
      expect(errorOf(() => readNgramFile(good.slice(0, length))).code, `${length}`).toMatch(
        /model-truncated|bad-model/,
      );
    }
  });

  it("refuses the layout of an earlier release, and says what to do", () => {
    const text = new TextDecoder("latin1").decode(good).replace(`"version":${NGRAM_VERSION}`, '"version":1');
    const error = errorOf(() => readNgramFile(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    expect(error.code).toBe("model-version");
    expect(error.message).toMatch(/version 1; .* Get the file that belongs to this release/);
  });

  it("refuses words that are no text", () => {
    const changed = good.slice();
    changed[44 + new DataView(good.buffer).getUint32(40, true)] = 0xff;
    sign(changed);
    const file = readNgramFile(changed);
    expect(errorOf(() => wordsOf(file, { size: 0, sha256: "" })).message).toMatch(/UTF-8/);
  });

  it("refuses every changed byte", () => {
    for (let at = 0; at < good.length; at += 13) {
      const changed = good.slice();
      changed[at]! ^= 0x41;
      expect(errorOf(() => readNgramFile(changed)).code, `${at}`).toMatch(/^(bad-model|model-)/);
    }
  });

  it("never reads outside of a file whose checksum fits", () => {
    const headerEnd = 44 + new DataView(good.buffer).getUint32(40, true);
    const next = random(7);
    const step = { score: 0, state: 0 };
    let readable = 0;
    for (let i = 0; i < 1000; i++) {
      const changed = good.slice();
      for (let k = 0; k <= i % 4; k++)
        changed[headerEnd + Math.floor(next() * (good.length - headerEnd))] = Math.floor(next() * 256);
      sign(changed);
      try {
        const model = new NgramModel(readNgramFile(changed));
        readable++;
        let state = model.start;
        for (let k = 0; k < 20; k++) {
          model.step(state, Math.floor(next() * model.words), step);
          expect(Number.isFinite(step.score) && step.state >= 0 && step.state < model.states).toBe(true);
          state = step.state;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FoldvoxError);
      }
    }
    expect(readable).toBeGreaterThan(100);
  });
});

/** Numbers in 0 ... 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Writes the checksum that a file should have. */
function sign(bytes: Uint8Array): void {
  const digest = sha256().update(bytes.subarray(40)).digestHex();
  for (let i = 0; i < 32; i++) bytes[8 + i] = Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16);
}
