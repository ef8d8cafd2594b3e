// Words in a row that share their beginning with other rows of words: a longer one costs no copy of the shorter.

import type { WordResult } from "./results.ts";

/** A word behind others; null in the place of a chain is no word. */
export interface WordChain {
  readonly before: WordChain | null;
  readonly word: WordResult;
  /** Words up to and with this one, and their text. */
  readonly count: number;
  readonly text: string;
}

/** The chain with more words behind it. */
export function chained(chain: WordChain | null, words: readonly WordResult[]): WordChain | null {
  return words.reduce<WordChain | null>(
    (before, word) => ({
      before,
      word,
      count: (before?.count ?? 0) + 1,
      text: before ? `${before.text} ${word.word}` : word.word,
    }),
    chain,
  );
}

/** Its words, first to last. */
export function wordsIn(chain: WordChain | null): WordResult[] {
  const words = new Array<WordResult>(chain?.count ?? 0);
  for (let link = chain; link; link = link.before) words[link.count - 1] = link.word;
  return words;
}

export const textIn = (chain: WordChain | null): string => chain?.text ?? "";

/** Its first words, so many of them or all. */
export function firstIn(chain: WordChain | null, count: number): WordChain | null {
  let link = chain;
  while (link && link.count > count) link = link.before;
  return link;
}
