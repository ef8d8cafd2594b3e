// What a listener sees of an utterance's words while they come: how many change again, and how soon after its end a word stands.

import type { WordResult } from "../decode/text/results.ts";

/** A word on the screen, and the second of audio since which it stands there. */
interface Shown {
  readonly word: string;
  readonly since: number;
}

export class ShownWords {
  /** Words that were shown, each time that another one stood at its place, and how many of them were changed or taken back. */
  shown = 0;
  revised = 0;
  /** Of the words of results: milliseconds from the end that the result tells to the word's showing for good. */
  readonly afterMs: number[] = [];
  private screen: Shown[] = [];

  /** Words so far of the utterance that is going on, at a second of audio. Capitals and signs are no change. */
  going(words: readonly string[], at: number): void {
    this.show(words, at);
  }

  /** The words of an utterance that has ended. */
  ended(words: readonly WordResult[], at: number): void {
    this.show(
      words.map(({ word }) => word),
      at,
    );
    words.forEach(({ end }, i) => {
      this.afterMs.push(1000 * (this.screen[i]!.since - end));
    });
    this.screen = [];
  }

  private show(words: readonly string[], at: number): void {
    const now = words.map((word, i): Shown => {
      const plain = word.toLowerCase();
      const before = this.screen[i];
      if (before?.word === plain) return before;
      this.shown++;
      if (before) this.revised++;
      return { word: plain, since: at };
    });
    this.revised += Math.max(0, this.screen.length - now.length);
    this.screen = now;
  }
}
