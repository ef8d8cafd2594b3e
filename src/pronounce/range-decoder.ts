// The decoding half of a range coder (Martin, 1979): symbols whose frequencies are known come out of a few bits each.
// The coding half is in scripts/lexicon/range-encoder.ts.

import type { ContextTree } from "./context-tree.ts";

/** Below this the range is widened by the next byte, so that it never gets too small for any sum of frequencies. */
const NARROW = 2 ** 24;

/** Reads symbols from bytes. Behind the end it reads zeros: damaged bytes give wrong symbols, never an error. */
export class RangeDecoder {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private at: number;
  private range = 0xffffffff;
  private code = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    for (let i = 0; i < 4; i++) this.shift();
  }

  private shift(): void {
    const byte = this.at < this.end ? this.bytes[this.at++]! : 0;
    this.code = ((this.code << 8) | byte) >>> 0;
  }

  /** The next symbol, which was coded in the context of this place on the tape. */
  next(tree: ContextTree, tape: Uint8Array, at: number): number {
    const node = tree.find(tape, at);
    const last = tree.count(node) - 1;
    // A lone symbol has taken no bits.
    if (last === 0) return tree.symbol(node, 0);
    const unit = Math.floor(this.range / tree.total(node));
    const value = Math.floor(this.code / unit);
    let low = 0;
    let i = 0;
    let width = tree.frequency(node, 0);
    while (i < last && low + width <= value) {
      low += width;
      width = tree.frequency(node, ++i);
    }
    this.code -= low * unit;
    this.range = width * unit;
    while (this.range < NARROW) {
      this.shift();
      this.range *= 256;
    }
    return tree.symbol(node, i);
  }
}
