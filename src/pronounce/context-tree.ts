// A tree of contexts in a file's bytes: which symbol comes next, and how often, judged by features of what is known already.
// A node is
//   feature (u8; 255: none, a leaf), number of symbols (u8), the symbols, a code of how often each comes,
//   and unless it is a leaf: number of children (u8), the feature's value that leads to each, each one's place (u24).
// Places count from the tree's first byte, and a child stands behind its parent. The deepest node that a context reaches counts.

/** No feature: a leaf. */
export const LEAF = 255;

/** Bytes of the longest path that a reader follows; deeper trees are refused. */
const DEEPEST = 64;

/** How often a symbol comes, from its code: four bits behind the leading one, like a very small floating-point number. */
export function frequencyOf(code: number): number {
  return code < 16 ? code : (16 + (code & 15)) << ((code >> 4) - 1);
}

/** The largest code a file may hold: sums of 255 frequencies stay below 2^24. */
export const LARGEST_CODE = 0xb0;

/** What features and symbols a tree may have. */
export interface TreeShape {
  readonly symbols: number;
  readonly features: number;
}

/** Reads a tree in place. */
export class ContextTree {
  private readonly bytes: Uint8Array;
  /** Where the tree begins and ends in the bytes. */
  private readonly start: number;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.start = start;
  }

  /** The place of the deepest node for these features, among the bytes. */
  find(features: ArrayLike<number>): number {
    const { bytes } = this;
    let node = this.start;
    while (bytes[node] !== LEAF) {
      const value = features[bytes[node]!]!;
      const children = node + 2 + 2 * bytes[node + 1]!;
      const count = bytes[children]!;
      let i = 1;
      while (i <= count && bytes[children + i] !== value) i++;
      if (i > count) break;
      node = this.start + u24(bytes, children + 1 + count + 3 * (i - 1));
    }
    return node;
  }

  /** How many symbols a node has. */
  count(node: number): number {
    return this.bytes[node + 1]!;
  }

  /** The i-th symbol of a node. */
  symbol(node: number, i: number): number {
    return this.bytes[node + 2 + i]!;
  }

  /** How often the i-th symbol of a node comes. */
  frequency(node: number, i: number): number {
    return frequencyOf(this.bytes[node + 2 + this.bytes[node + 1]! + i]!);
  }

  /** The sum of a node's frequencies. */
  total(node: number): number {
    let sum = 0;
    for (let i = 0; i < this.count(node); i++) sum += this.frequency(node, i);
    return sum;
  }
}

/** A number of three bytes, little-endian. */
export function u24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

/** What is wrong with a tree at bytes start ... end, in words; null if it can be read without leaving them. */
export function problemOfTree(bytes: Uint8Array, start: number, end: number, shape: TreeShape): string | null {
  // Every node is visited once: children stand behind their parents, one after the other, and fill the bytes.
  const depths = new Map([[start, 0]]);
  let node = start;
  while (node < end) {
    const depth = depths.get(node);
    if (depth === undefined) return "holds bytes that belong to no node";
    depths.delete(node);
    if (depth > DEEPEST) return "is too deep";
    if (node + 2 > end) return "ends within a node";
    const feature = bytes[node]!;
    const symbols = bytes[node + 1]!;
    const children = node + 2 + 2 * symbols;
    if (symbols === 0) return "has a node without symbols";
    if (children > end) return "ends within a node";
    for (let at = node + 2; at < node + 2 + symbols; at++) {
      if (bytes[at]! >= shape.symbols) return `has the symbol ${bytes[at]}, but there are ${shape.symbols}`;
      const code = bytes[at + symbols]!;
      if (code === 0 || code > LARGEST_CODE) return `has the frequency code ${code}`;
    }
    let next = children;
    if (feature !== LEAF) {
      if (feature >= shape.features) return `asks for feature ${feature}, but there are ${shape.features}`;
      const count = bytes[children] ?? 0;
      next = children + 1 + 4 * count;
      if (children >= end || next > end) return "ends within a node";
      for (let at = children + 1 + count; at < next; at += 3) {
        const child = start + u24(bytes, at);
        if (child < next || child >= end || depths.has(child)) return "has a child in no place for one";
        depths.set(child, depth + 1);
      }
    }
    node = next;
  }
  return depths.size === 0 && node === end ? null : "lacks nodes that it leads to";
}
