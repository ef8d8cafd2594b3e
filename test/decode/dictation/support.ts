// A small language for dictation: words of the letters that are phonemes, with an n-gram model.

import type { DecodingOptions } from "../../../src/decode/decoding-options.ts";
import { Dictation } from "../../../src/decode/dictation/dictation.ts";
import type { SpokenWords } from "../../../src/decode/dictation/vocabulary.ts";
import type { PhonemeDecoder } from "../../../src/decode/phonemes/phoneme-decoder.ts";
import { phonemeDecoders } from "../../../src/decode/phonemes/phoneme-decoders.ts";
import { ArpaReader } from "../../../src/ngrams/arpa-reader.ts";
import { readNgramFile } from "../../../src/ngrams/ngram-file.ts";
import { writeNgrams } from "../../../src/ngrams/ngram-writer.ts";
import { numberedBy, type PronouncedWords } from "../../../src/ngrams/tree-packer.ts";
import { LETTERS, pronounce, TOKENS } from "../phonemes/support.ts";

/** "bee" and "be" sound alike; "comma" and the numbers are there to be written. */
const WORDS: Record<string, string> = {
  bad: "bad",
  be: "be",
  bee: "be",
  bed: "bed",
  cab: "cab",
  comma: "ceca",
  dad: "dad",
  face: "fac",
  fed: "fed",
  five: "faf",
  gab: "gab",
  head: "hed",
  paris: "hafhe",
  twenty: "gegde",
};
const names = Object.keys(WORDS).sort();

const soundsOf = (word: string) => [...word].map((letter) => LETTERS.indexOf(letter) + 1);

export const LEXICON: SpokenWords & PronouncedWords = {
  size: names.length,
  sha256: "12".repeat(32),
  find: (word) => names.indexOf(word),
  written: (word) => names[word]!.replace("paris", "Paris"),
  pronunciations: (word) => [soundsOf(WORDS[names[word]!]!)],
  guess: (word) => [soundsOf(word)],
  tokenOf: (phoneme) => phoneme,
  phonemesOf: (word) => [soundsOf(WORDS[names[word]!]!)],
};

const bigrams = ["-0.3 bad be", "-0.3 fed bee"];

/** Words of one probability, but that "be" follows "bad", and "bee" follows "fed". */
export const ARPA_TEXT = `\\data\\
ngram 1=${names.length + 2}
ngram 2=${bigrams.length}

\\1-grams:
-99 <s> 0
-1.5 </s>
${names.map((name) => `-1.2 ${name} ${name === "bad" || name === "fed" ? "-0.4" : "0"}`).join("\n")}

\\2-grams:
${bigrams.join("\n")}

\\end\\
`;

export function dictation(): Dictation {
  const reader = new ArpaReader();
  for (const line of ARPA_TEXT.split("\n")) reader.push(line);
  const about = { name: "small", language: "en", licence: "", attribution: [] };
  return new Dictation(readNgramFile(writeNgrams(reader.finish(), about, numberedBy(LEXICON)).bytes), LEXICON);
}

export const CTC = {
  tokens: ["<blank>", ...LETTERS],
  tokenUnit: "phoneme",
  blank: 0,
  tokenSeconds: 0.02,
  delay: 0,
  startRow: 0,
} as const;

/** So that times are those of the rows. */
const CALIBRATION = { blankPenalty: 2, floor: 8, startDelay: 0, endDelay: 0 };

export const say = (word: string) => pronounce(word.toLowerCase());

export const decoder = (options: DecodingOptions = {}) =>
  phonemeDecoders(
    options.grammar === undefined ? { text: { capitals: false }, ...options } : options,
    CTC,
    CALIBRATION,
    say,
    dictation(),
  )() as PhonemeDecoder;

/** Feeds rows in chunks of so many. */
export function feed(to: PhonemeDecoder, logProbs: Float32Array, chunk = 7): void {
  const rows = logProbs.length / TOKENS;
  for (let row = 0; row < rows; row += chunk) {
    const count = Math.min(chunk, rows - row);
    to.accept(logProbs.subarray(row * TOKENS, (row + count) * TOKENS), count);
  }
}
