// A tree of contexts in a file's bytes: which symbol comes next, and how often, judged by features of what is known already.
// A node is
//   feature (u8; 255: none, a leaf), number of symbols (u8), the symbols, a code of how often each comes,
//   and unless it is a leaf: number of children (u8), the feature's value that leads to each, each one's place (u24).
// Places count from the tree's first byte, and a child stands behind its parent. The deepest node that a context reaches counts.

import { u24 } from "../model/parts-file.ts";

/** No feature: a leaf. */
export const LEAF = 255;

/** Bytes of the longest path that a reader follows; deeper trees are refused. */
const DEEPEST = 64;

/** How often a symbol comes, from its code: four bits behind the leading one, like a very small floating-point number. */
export function frequencyOf(code: number): number {
  return code < 16 ? code : (16 + (code & 15)) << ((code >> 4) - 1);
}

const FREQUENCIES = Uint32Array.from({ length: 256 }, (_, code) => frequencyOf(code));

/** The largest code a file may hold: sums of 255 frequencies stay below 2^24. */
export const LARGEST_CODE = 0xb0;

/** What features and symbols a tree may have. */
export interface TreeShape {
  readonly symbols: number;
  readonly features: number;
}

/** Where on a tape of what is known each feature stands, counted from the reader's place on it (contexts.ts). */
export type Features = readonly number[];

/** Reads a tree in place. */
export class ContextTree {
  private readonly bytes: Uint8Array;
  private readonly features: Features;
  /** Sum of the frequencies of the node at each byte. */
  private readonly totals: Uint32Array;

  /** `bytes` begin with the root and have been checked by problemOfTree. */
  constructor(bytes: Uint8Array, features: Features) {
    this.bytes = bytes;
    this.features = features;
    this.totals = new Uint32Array(bytes.length);
    for (let node = 0; node < bytes.length; node = nextNode(bytes, node)) {
      for (let i = 0; i < bytes[node + 1]!; i++) this.totals[node]! += this.frequency(node, i);
    }
  }

  /** The deepest node for what stands around the place `at` on the tape. */
  find(tape: Uint8Array, at: number): number {
    const { bytes, features } = this;
    let node = 0;
    while (bytes[node] !== LEAF) {
      const value = tape[at + features[bytes[node]!]!];
      const children = node + 2 + 2 * bytes[node + 1]!;
      const count = bytes[children]!;
      let i = 1;
      while (i <= count && bytes[children + i] !== value) i++;
      if (i > count) break;
      node = u24(bytes, children + 1 + count + 3 * (i - 1));
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
    return FREQUENCIES[this.bytes[node + 2 + this.bytes[node + 1]! + i]!]!;
  }

  /** The sum of a node's frequencies. */
  total(node: number): number {
    return this.totals[node]!;
  }
}

/** The node behind a node. */
function nextNode(bytes: Uint8Array, node: number): number {
  const children = node + 2 + 2 * bytes[node + 1]!;
  return bytes[node] === LEAF ? children : children + 1 + 4 * bytes[children]!;
}

/** What is wrong with the bytes of a tree, in words; null if it can be read without leaving them. */
export function problemOfTree(bytes: Uint8Array, shape: TreeShape): string | null {
  // Nodes fill the bytes one after the other, and each but the root is the child of one before it.
  const depths = new Map([[0, 0]]);
  let node = 0;
  while (node < bytes.length) {
    const depth = depths.get(node);
    if (depth === undefined) return "holds bytes that belong to no node";
    depths.delete(node);
    if (depth > DEEPEST) return "is too deep";
    const next = nextNode(bytes, node);
    if (!(next <= bytes.length)) return "ends within a node";
    const problem = problemOfNode(bytes, node, shape);
    if (problem) return problem;
    for (const child of childrenOf(bytes, node)) {
      if (child < next || depths.has(child)) return "has a child in no place for one";
      depths.set(child, depth + 1);
    }
    node = next;
  }
  return depths.size === 0 && node > 0 ? null : "lacks nodes that it leads to";
}

function problemOfNode(bytes: Uint8Array, node: number, shape: TreeShape): string | null {
  const count = bytes[node + 1]!;
  if (count === 0) return "has a node without symbols";
  for (let at = node + 2; at < node + 2 + count; at++) {
    if (bytes[at]! >= shape.symbols) return `has the symbol ${bytes[at]}, but there are ${shape.symbols}`;
    const code = bytes[at + count]!;
    if (code === 0 || code > LARGEST_CODE) return `has the frequency code ${code}`;
  }
  const feature = bytes[node]!;
  return feature === LEAF || feature < shape.features ? null : `asks for feature ${feature} of ${shape.features}`;
}

function childrenOf(bytes: Uint8Array, node: number): number[] {
  if (bytes[node] === LEAF) return [];
  const children = node + 2 + 2 * bytes[node + 1]!;
  const count = bytes[children]!;
  return Array.from({ length: count }, (_, i) => u24(bytes, children + 1 + count + 3 * i));
}
