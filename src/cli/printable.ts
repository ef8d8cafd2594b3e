// Text of a model's for terminals and files that people read: it must not move the cursor, end a line, or begin a cue.

import type { FinalResult, WordResult } from "../decode/text/results.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** The text with a mark in place of every control character. */
export function printable(text: string): string {
  return text.replace(CONTROL, "\ufffd");
}

/** A word that can be printed. */
export function printableWord(word: WordResult): WordResult {
  return { ...word, word: printable(word.word) };
}

/** A result that can be printed, with its alternatives. */
export function printableResult(result: FinalResult): FinalResult {
  const { text, result: words, alternatives } = result;
  const clean = { ...result, text: printable(text), result: words.map(printableWord) };
  if (!alternatives) return clean;
  return {
    ...clean,
    alternatives: alternatives.map((other) => ({
      ...other,
      text: printable(other.text),
      result: other.result.map(printableWord),
    })),
  };
}
