// A small language of phonemes for the tests: eight letters that are phonemes, and words as they are written.

import { PhraseGrammar } from "../../../src/decode/phonemes/phrase-grammar.ts";
import type { PhraseOptions } from "../../../src/decode/phonemes/phrase-listener.ts";
import { type GrammarSource, readGrammar } from "../../../src/decode/scorers/grammar.ts";

export const LETTERS = "abcdefgh";
/** Token 0 is the blank; letters follow. */
export const TOKENS = LETTERS.length + 1;

const VARIANTS: Record<string, readonly string[]> = { the: ["da", "de"], "42": ["fad ba"] };

/** Words are pronounced as they are written, some in two ways; a hyphen cannot be pronounced. */
export function pronounce(word: string): readonly (readonly number[])[] {
  return (VARIANTS[word] ?? [word]).flatMap((sounds) => {
    const phonemes = [...sounds.replace(/ /g, "")].map((letter) => LETTERS.indexOf(letter) + 1);
    return phonemes.includes(0) ? [] : [phonemes];
  });
}

export const phraseGrammar = (source: GrammarSource) => new PhraseGrammar(readGrammar(source).publicRules, pronounce);

/** Numbers in 0 ... 1, the same in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Log-probabilities of rows in which these letters are heard for sure, "-" being the blank. */
export function rowsOf(text: string, sureness = 12): Float32Array {
  const rows = new Float32Array(text.length * TOKENS).fill(-sureness);
  [...text].forEach((letter, row) => {
    rows[row * TOKENS + (letter === "-" ? 0 : LETTERS.indexOf(letter) + 1)] = 0;
  });
  return rows;
}

/** Rows of noise in which everything may be heard. */
export function noise(rows: number, next: () => number, spread = 6): Float32Array {
  const logProbs = new Float32Array(rows * TOKENS);
  for (let row = 0; row < rows; row++) {
    const scores = Array.from({ length: TOKENS }, () => spread * next());
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    scores.forEach((score, token) => {
      logProbs[row * TOKENS + token] = score - total;
    });
  }
  return logProbs;
}

export const PHRASE_OPTIONS: PhraseOptions = {
  times: { tokenSeconds: 0.02, startDelay: 0, endDelay: 0, startRow: 0, fading: 0 },
  search: { blank: 0, beam: 25, mostActive: 1000, backgroundPenalty: 4 },
  dictated: () => {
    throw new Error("no words");
  },
  confidence: [5, -2, 0, -1, 0, 0, 0],
  sensitivity: 0.5,
  alternatives: 1,
};
