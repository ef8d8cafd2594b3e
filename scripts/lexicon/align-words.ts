// The chunks of phonemes that letters stand for, chosen for a list of words, and each pronunciation in them.

import { LetterAligner } from "./align-letters.ts";

/** Rounds of learning; the number of pronunciations that cannot be aligned no longer changes after three. */
const ROUNDS = 4;
/** Chunks that are kept. Of CMUdict's 135,166 pronunciations 0.1 % need others, and are written out. */
const MOST_CHUNKS = 120;

export interface AlignedWords {
  /** Phonemes of each chunk. */
  readonly chunks: number[][];
  /** Of each word, of each pronunciation: the chunk of each letter; null if it does not follow its letters. */
  readonly aligned: (number[] | null)[][];
}

/** Aligns words of these letters and phonemes. */
export function alignWords(
  words: readonly { readonly word: string; readonly pronunciations: readonly (readonly string[])[] }[],
  letters: string,
  phonemes: readonly string[],
): AlignedWords {
  const letterNumber = new Map(Array.from(letters, (letter, i) => [letter, i]));
  const phonemeNumber = new Map(phonemes.map((phoneme, i) => [phoneme, i]));
  const spelled = words.map(({ word, pronunciations }) =>
    pronunciations.map((symbols) => ({
      letters: Uint8Array.from(word, (letter) => letterNumber.get(letter)!),
      phonemes: Uint8Array.from(symbols, (symbol) => {
        const number = phonemeNumber.get(symbol);
        if (number === undefined) throw new Error(`The phoneme ${symbol} of ${word} is unknown.`);
        return number;
      }),
    })),
  );
  const all = spelled.flat();
  const aligner = new LetterAligner(letters.length, phonemes.length);
  for (let round = 0; round < ROUNDS; round++) aligner.learn(all);
  const counts = new Map<number, number>();
  for (const one of all) {
    for (const chunk of aligner.align(one, () => true) ?? []) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  }
  const kept = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_CHUNKS);
  const numbers = new Map(kept.map(([chunk], i) => [chunk, i]));
  const align = (one: { letters: Uint8Array; phonemes: Uint8Array }) =>
    aligner.align(one, (chunk) => numbers.has(chunk))?.map((chunk) => numbers.get(chunk)!) ?? null;
  return {
    chunks: kept.map(([chunk]) => aligner.phonemesOf(chunk)),
    aligned: spelled.map((ones) => ones.map(align)),
  };
}
