// From emitted tokens to words: a token is a word, a piece of one, or a character.

import type { WordResult } from "./results.ts";

export type TokenUnit = "word" | "piece" | "character";

/** A run of one token: from its first frame's start to its last frame's end, in seconds. */
export interface Emission {
  readonly token: string;
  readonly start: number;
  readonly end: number;
  /** Mean probability over the run. */
  readonly confidence: number;
}

/** SentencePiece marks the start of a word with this character. */
const WORD_START = "\u2581";

/** The part of a token that is text, and whether a new word starts before and a word ends after it. */
function read(token: string, unit: TokenUnit): { text: string; starts: boolean; ends: boolean } {
  if (unit === "word") return { text: token, starts: true, ends: true };
  if (unit === "character") {
    const separates = token === " " || token === "|" || token === WORD_START;
    return { text: separates ? "" : token, starts: false, ends: separates };
  }
  const starts = token.startsWith(WORD_START);
  return { text: starts ? token.slice(WORD_START.length) : token, starts, ends: false };
}

/** Joins emissions to words; a word's confidence is the mean over its tokens. */
export function wordsOf(emissions: readonly Emission[], unit: TokenUnit): WordResult[] {
  const words: WordResult[] = [];
  let parts: Emission[] = [];
  let text = "";
  const close = () => {
    if (text !== "") {
      const conf = parts.reduce((sum, part) => sum + part.confidence, 0) / parts.length;
      words.push({ word: text, start: parts[0]!.start, end: parts.at(-1)!.end, conf });
    }
    parts = [];
    text = "";
  };
  for (const emission of emissions) {
    const token = read(emission.token, unit);
    if (token.starts) close();
    if (token.text !== "") parts.push(emission);
    text += token.text;
    if (token.ends) close();
  }
  close();
  return words;
}

export function textOf(words: readonly WordResult[]): string {
  return words.map(({ word }) => word).join(" ");
}
