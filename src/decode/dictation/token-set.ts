// The hypotheses of a row in columns: tokens (Young, Russell, Thornton 1989), each at a node of the word tree in a state of what
// scores words. A token has two scores, of the paths that end in its node's phoneme ("spoken") and in a blank behind it ("rested"),
// each with its own history.

import { NOTHING } from "./history.ts";

/** No hypothesis. */
export const NONE = Number.NEGATIVE_INFINITY;

export class TokenSet {
  count = 0;
  readonly node: Int32Array;
  readonly state: Float64Array;
  readonly spoken: Float64Array;
  readonly rested: Float64Array;
  /** Of the scores, how much is the sound's. */
  readonly spokenSound: Float64Array;
  readonly restedSound: Float64Array;
  /** The last of the words before the open one. */
  readonly spokenLink: Int32Array;
  readonly restedLink: Int32Array;
  /** The row in which the open word begins. */
  readonly spokenStart: Int32Array;
  readonly restedStart: Int32Array;
  /** At the root: the phoneme that has been spoken; the word that has ended with it but is no link yet, or NOTHING; its phonemes. */
  readonly phoneme: Uint8Array;
  readonly ended: Int32Array;
  readonly sounds: Uint8Array;
  /** Where to find a token by node and state: its number + 1, or 0. */
  private readonly table: Int32Array;
  private readonly mask: number;
  /** The place in the table of each token. */
  private readonly place: Int32Array;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.node = new Int32Array(capacity);
    this.state = new Float64Array(capacity);
    this.spoken = new Float64Array(capacity);
    this.rested = new Float64Array(capacity);
    this.spokenSound = new Float64Array(capacity);
    this.restedSound = new Float64Array(capacity);
    this.spokenLink = new Int32Array(capacity);
    this.restedLink = new Int32Array(capacity);
    this.spokenStart = new Int32Array(capacity);
    this.restedStart = new Int32Array(capacity);
    this.phoneme = new Uint8Array(capacity);
    this.ended = new Int32Array(capacity);
    this.sounds = new Uint8Array(capacity);
    this.table = new Int32Array(4 * capacity);
    this.mask = 4 * capacity - 1;
    this.place = new Int32Array(capacity);
  }

  get isFull(): boolean {
    return this.count === this.node.length;
  }

  /** The token at a node in a state, made if there is none; NOTHING if there is no room for it. */
  at(node: number, state: number): number {
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(state, 0x85ebca6b);
    let place = (mixed ^ (mixed >>> 15)) & this.mask;
    for (; ; place = (place + 1) & this.mask) {
      const found = this.table[place]! - 1;
      if (found < 0) break;
      if (this.node[found] === node && this.state[found] === state) return found;
    }
    if (this.isFull) return NOTHING;
    const made = this.count++;
    this.table[place] = made + 1;
    this.place[made] = place;
    this.node[made] = node;
    this.state[made] = state;
    this.spoken[made] = NONE;
    this.rested[made] = NONE;
    this.ended[made] = NOTHING;
    this.phoneme[made] = 0;
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

  score(token: number): number {
    const spoken = this.spoken[token]!;
    const rested = this.rested[token]!;
    return Math.max(spoken, rested);
  }

  /** The last word before the open one, on the better of its two paths. */
  link(token: number): number {
    return this.spoken[token]! > this.rested[token]! ? this.spokenLink[token]! : this.restedLink[token]!;
  }

  move(from: number, to: number): void {
    this.node[to] = this.node[from]!;
    this.state[to] = this.state[from]!;
    this.spoken[to] = this.spoken[from]!;
    this.rested[to] = this.rested[from]!;
    this.spokenSound[to] = this.spokenSound[from]!;
    this.restedSound[to] = this.restedSound[from]!;
    this.spokenLink[to] = this.spokenLink[from]!;
    this.restedLink[to] = this.restedLink[from]!;
    this.spokenStart[to] = this.spokenStart[from]!;
    this.restedStart[to] = this.restedStart[from]!;
    this.phoneme[to] = this.phoneme[from]!;
    this.ended[to] = this.ended[from]!;
    this.sounds[to] = this.sounds[from]!;
  }
}
