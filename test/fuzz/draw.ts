// Choices of a fuzz case, all from one seed, so that a case can be run again by its number.

import { generator } from "../support/random.ts";

export class Draw {
  private readonly random: () => number;

  constructor(seed: number, target: string, index: number) {
    let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) | 0;
    for (let i = 0; i < target.length; i++) hash = Math.imul(hash ^ target.charCodeAt(i), 0x01000193);
    this.random = generator(hash);
  }

  /** 0 ... below - 1. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  /** -1 ... 1. */
  sample(): number {
    return 2 * this.random() - 1;
  }
}
