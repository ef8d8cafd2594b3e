// The words of an n-gram model: numbers of a lexicon, or words that its file holds.

import { FoldvoxError } from "../errors.ts";
import { decodeUtf8 } from "../model/utf8.ts";
import { type NgramFile, UNKNOWN } from "./ngram-file.ts";

/** What is asked of the lexicon that a model goes with. */
export interface NumberedWords {
  readonly size: number;
  /** The SHA-256 that its file tells, as hexadecimal digits. */
  readonly sha256: string;
}

/** By number in the model, without the marks. */
export type NgramWords = { readonly numbers: Uint32Array } | { readonly names: readonly string[] };

/** Errors: bad-model if the model was made for another lexicon, or does not hold as many words as it says. */
export function wordsOf({ bytes, header, places }: NgramFile, lexicon: NumberedWords): NgramWords {
  const count = header.counts.words - UNKNOWN - 1;
  const part = bytes.subarray(places.words, places.words + header.parts.words);
  const wrong = (problem: string) =>
    new FoldvoxError("bad-model", `The language model ${problem}. Get it anew, or convert it again.`);
  if (header.lexicon === null) {
    let names: string[];
    try {
      names = decodeUtf8(part).split("\n").slice(0, -1);
    } catch {
      throw wrong("holds words that are no UTF-8");
    }
    if (names.length !== count) throw wrong(`tells of ${count} words and holds ${names.length}`);
    return { names };
  }
  if (header.lexicon !== lexicon.sha256) {
    throw new FoldvoxError(
      "bad-model",
      "The language model was made for another lexicon. Use the lexicon and the language model of one release.",
    );
  }
  const numbers = new Uint32Array(count);
  let found = 0;
  for (let number = 0; number < lexicon.size && found <= count; number++) {
    if ((part[number >> 3]! & (1 << (number & 7))) === 0) continue;
    if (found < count) numbers[found] = number;
    found++;
  }
  if (found !== count) throw wrong(`tells of ${count} words and holds others`);
  return { numbers };
}
