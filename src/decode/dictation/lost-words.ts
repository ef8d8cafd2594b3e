// Words that ended in a row and lost: they become the alternatives of those that won.

import type { History } from "./history.ts";

/** Alternatives further behind than this, in nats, are not remembered. */
export const ALTERNATIVE_BEAM = 8;

/** Words that have ended in a row and lost to others in the same state, until the row is pruned. */
export class LostWords {
  private readonly capacity: number;
  private count = 0;
  private readonly token: Int32Array;
  private readonly score: Float64Array;
  private readonly sound: Float64Array;
  private readonly link: Int32Array;
  private readonly word: Int32Array;
  private readonly sounds: Uint8Array;
  private readonly start: Int32Array;

  /** Room for so many words of a row; what is beyond it is forgotten. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.token = new Int32Array(capacity);
    this.score = new Float64Array(capacity);
    this.sound = new Float64Array(capacity);
    this.link = new Int32Array(capacity);
    this.word = new Int32Array(capacity);
    this.sounds = new Uint8Array(capacity);
    this.start = new Int32Array(capacity);
  }

  add(token: number, score: number, sound: number, link: number, word: number, sounds: number, start: number): void {
    if (this.count === this.capacity) return;
    const i = this.count++;
    this.token[i] = token;
    this.score[i] = score;
    this.sound[i] = sound;
    this.link[i] = link;
    this.word[i] = word;
    this.sounds[i] = sounds;
    this.start[i] = start;
  }

  /** Makes those that lost to a token, by not too much, alternatives of its link. */
  settle(token: number, link: number, score: number, history: History, row: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.token[i] !== token || this.score[i]! < score - ALTERNATIVE_BEAM) continue;
      if (history.textWith(this.link[i]!, this.word[i]!) === history.text[link]) continue;
      const lost = history.add(
        this.link[i]!,
        this.word[i]!,
        this.sounds[i]!,
        this.start[i]!,
        row + 1,
        this.score[i]!,
        this.sound[i]!,
      );
      history.addAlternative(link, lost, score - this.score[i]!);
    }
  }

  clear(): void {
    this.count = 0;
  }
}
