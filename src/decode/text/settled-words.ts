// Words of an utterance that no hypothesis will change any more. They are made once: what is told of an utterance without end takes
// no more work after an hour than after a minute.

import type { WordResult } from "./results.ts";
import { readToken, type TokenUnit } from "./words.ts";

/** Whether a word ends behind a token, before the next one if there is one yet. */
export function isWordBreak(token: string, next: string | undefined, unit: TokenUnit): boolean {
  return readToken(token, unit).ends || (next !== undefined && readToken(next, unit).starts);
}

export class SettledWords {
  readonly words: WordResult[] = [];
  /** The text of the first words, as many as were last asked for. */
  private text = "";
  private told = 0;

  get count(): number {
    return this.words.length;
  }

  add(words: readonly WordResult[]): void {
    for (const word of words) this.words.push(word);
  }

  /** These and the words behind them. */
  with(later: readonly WordResult[]): WordResult[] {
    return this.words.concat(later);
  }

  /** Text of the first `count` of these and the words behind them. */
  textWith(later: readonly WordResult[], count = this.count + later.length): string {
    const text = this.first(Math.min(count, this.count));
    return later.slice(0, Math.max(0, count - this.count)).reduce((so, { word }) => spaced(so, word), text);
  }

  clear(): void {
    this.words.length = 0;
    this.text = "";
    this.told = 0;
  }

  private first(count: number): string {
    if (count < this.told) {
      this.text = "";
      this.told = 0;
    }
    for (; this.told < count; this.told++) this.text = spaced(this.text, this.words[this.told]!.word);
    return this.text;
  }
}

const spaced = (text: string, word: string) => (text === "" ? word : `${text} ${word}`);
