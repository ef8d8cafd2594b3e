// The hypotheses of a row: tokens (Young, Russell, Thornton 1989), each at a node in a state of what scores words. A token holds
// two paths by CTC's rules: the best one that ends in its node's phoneme ("spoken"), and the best one that ends in a blank behind
// it ("rested").

import { NONE, NOTHING, Paths } from "./paths.ts";

export class Tokens {
  count = 0;
  readonly node: Int32Array;
  readonly state: Float64Array;
  readonly spoken: Paths;
  readonly rested: Paths;
  /** Where to find a token by node and state: its number + 1, or 0. */
  private readonly table: Int32Array;
  private readonly mask: number;
  /** The place in the table of each token. */
  private readonly place: Int32Array;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.node = new Int32Array(capacity);
    this.state = new Float64Array(capacity);
    this.spoken = new Paths(capacity);
    this.rested = new Paths(capacity);
    this.table = new Int32Array(4 * capacity);
    this.mask = 4 * capacity - 1;
    this.place = new Int32Array(capacity);
  }

  /** The token at a node in a state, made without paths if there is none; NOTHING if there is no room for it. */
  at(node: number, state: number): number {
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(state, 0x85ebca6b);
    let place = (mixed ^ (mixed >>> 15)) & this.mask;
    for (; ; place = (place + 1) & this.mask) {
      const found = this.table[place]! - 1;
      if (found < 0) break;
      if (this.node[found] === node && this.state[found] === state) return found;
    }
    if (this.count === this.node.length) return NOTHING;
    const made = this.count++;
    this.table[place] = made + 1;
    this.place[made] = place;
    this.node[made] = node;
    this.state[made] = state;
    this.spoken.score[made] = NONE;
    this.rested.score[made] = NONE;
    return made;
  }

  /** Drops all tokens. */
  clear(): void {
    this.closeTable();
    this.count = 0;
  }

  /** Tokens stay, but are not found any more: they may be moved now. */
  closeTable(): void {
    for (let token = 0; token < this.count; token++) this.table[this.place[token]!] = 0;
  }

  /** The better one of a token's two paths. */
  better(token: number): Paths {
    return this.spoken.score[token]! > this.rested.score[token]! ? this.spoken : this.rested;
  }

  score(token: number): number {
    const spoken = this.spoken.score[token]!;
    const rested = this.rested.score[token]!;
    return Math.max(spoken, rested);
  }

  move(from: number, to: number): void {
    if (from === to) return;
    this.node[to] = this.node[from]!;
    this.state[to] = this.state[from]!;
    this.spoken.copy(this.spoken, from, to);
    this.rested.copy(this.rested, from, to);
  }
}
