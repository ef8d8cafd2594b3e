// From emitted tokens to words: a token is a word, a piece of one, or a character.

import { byteOf, textOfBytes } from "./byte-pieces.ts";
import { toMilliseconds, type WordResult } from "./results.ts";

export type TokenUnit = "word" | "piece" | "character" | "phoneme";

/** A run of one token, with the time in which it was spoken, in seconds. */
export interface Emission {
  readonly token: string;
  readonly start: number;
  readonly end: number;
  /** Mean probability over the run. */
  readonly confidence: number;
}

/** What a token adds to a text. */
export interface TokenText {
  readonly text: string;
  /** Whether a new word starts before it, and whether the word ends behind it. */
  readonly starts: boolean;
  readonly ends: boolean;
}

/** SentencePiece marks the start of a word with this character. */
const WORD_START = "\u2581";

export function readToken(token: string, unit: TokenUnit): TokenText {
  // Phonemes without a lexicon are told one by one.
  if (unit === "word" || unit === "phoneme") return { text: token, starts: true, ends: true };
  if (unit === "character") {
    const separates = token === " " || token === "|" || token === WORD_START;
    return { text: separates ? "" : token, starts: false, ends: separates };
  }
  const starts = token.startsWith(WORD_START);
  return { text: starts ? token.slice(WORD_START.length) : token, starts, ends: false };
}

/** A piece may hold several words, or end one: tokenizers that keep spaces inside or behind put the mark there. */
function readTokens(token: string, unit: TokenUnit): TokenText[] {
  const texts: TokenText[] = [];
  let from = 0;
  while (unit === "piece") {
    const next = token.indexOf(WORD_START, from + 1);
    if (next < 0) break;
    texts.push(readToken(token.slice(from, next), unit));
    from = next;
  }
  texts.push(readToken(token.slice(from), unit));
  return texts;
}

/** Joins emissions to words; a word's confidence is the mean over its tokens. */
export function wordsOf(emissions: readonly Emission[], unit: TokenUnit): WordResult[] {
  const words: WordResult[] = [];
  let parts: Emission[] = [];
  let text = "";
  let bytes: number[] = [];
  const spellBytes = () => {
    text += textOfBytes(bytes);
    bytes = [];
  };
  const close = () => {
    spellBytes();
    if (text !== "") {
      const conf = parts.reduce((sum, part) => sum + part.confidence, 0) / parts.length;
      const [start, end] = [parts[0]!.start, parts[parts.length - 1]!.end].map(toMilliseconds);
      words.push({ word: text, start: start!, end: end!, conf });
    }
    parts = [];
    text = "";
  };
  for (const emission of emissions) {
    const byte = unit === "piece" ? byteOf(emission.token) : null;
    if (byte !== null) {
      parts.push(emission);
      bytes.push(byte);
      continue;
    }
    spellBytes();
    for (const token of readTokens(emission.token, unit)) {
      if (token.starts) close();
      if (token.text !== "") parts.push(emission);
      text += token.text;
      if (token.ends) close();
    }
  }
  close();
  return words;
}

export function textOf(words: readonly WordResult[]): string {
  return words.map(({ word }) => word).join(" ");
}
