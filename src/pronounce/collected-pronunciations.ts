// Pronunciations of words that are being collected, to become a tree (word-tree.ts).

import type { Pronunciations } from "./word-tree.ts";

export class CollectedPronunciations {
  private sounds: Uint8Array;
  private used: number;
  private readonly first: number[];
  private readonly word: number[];

  constructor(before?: Pronunciations) {
    this.sounds = new Uint8Array(before ? before.sounds.length + 4096 : 2 ** 19);
    this.used = before?.sounds.length ?? 0;
    if (before) this.sounds.set(before.sounds);
    this.first = before ? Array.from(before.first) : [0];
    this.word = before ? Array.from(before.word) : [];
  }

  add(word: number, sounds: ArrayLike<number>): void {
    if (sounds.length === 0) return;
    if (this.used + sounds.length > this.sounds.length) {
      const longer = new Uint8Array(2 * this.sounds.length + sounds.length);
      longer.set(this.sounds);
      this.sounds = longer;
    }
    this.sounds.set(sounds, this.used);
    this.used += sounds.length;
    this.first.push(this.used);
    this.word.push(word);
  }

  all(): Pronunciations {
    return {
      sounds: this.sounds.slice(0, this.used),
      first: Uint32Array.from(this.first),
      word: Int32Array.from(this.word),
    };
  }
}
