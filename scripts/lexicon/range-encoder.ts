// The coding half of src/pronounce/range-decoder.ts.

import type { ContextTree } from "../../src/pronounce/context-tree.ts";

export class RangeEncoder {
  private readonly bytes: number[] = [];
  private low = 0;
  private range = 0xffffffff;

  /** Writes a symbol in the context of a place on the tape. One that the context has never seen is an error of the writer. */
  put(tree: ContextTree, tape: Uint8Array, at: number, symbol: number): void {
    const node = tree.find(tape, at);
    const count = tree.count(node);
    let i = 0;
    let low = 0;
    while (i < count && tree.symbol(node, i) !== symbol) low += tree.frequency(node, i++);
    if (i === count) throw new Error(`The symbol ${symbol} is unknown in its context.`);
    if (count === 1) return;
    const unit = Math.floor(this.range / tree.total(node));
    this.low += low * unit;
    this.range = tree.frequency(node, i) * unit;
    if (this.low >= 2 ** 32) this.carry();
    while (this.range < 2 ** 24) {
      this.bytes.push(Math.floor(this.low / 2 ** 24));
      this.low = (this.low % 2 ** 24) * 256;
      this.range *= 256;
    }
  }

  /** What overflowed belongs to the bytes before. */
  private carry(): void {
    this.low -= 2 ** 32;
    let i = this.bytes.length - 1;
    while (this.bytes[i] === 255) this.bytes[i--] = 0;
    this.bytes[i]!++;
  }

  /** All bytes: the shortest end that names a number within the range. The decoder reads zeros behind it. */
  finish(): number[] {
    const end = this.low + this.range - 1;
    for (let bits = 24; bits >= 0; bits -= 8) {
      const unit = 2 ** bits;
      const candidate = Math.floor(end / unit) * unit;
      if (candidate < this.low) continue;
      this.low = candidate;
      if (candidate >= 2 ** 32) this.carry();
      for (let b = 24; b >= bits; b -= 8) this.bytes.push(Math.floor(this.low / 2 ** b) & 255);
      break;
    }
    while (this.bytes.at(-1) === 0) this.bytes.pop();
    return this.bytes;
  }
}
