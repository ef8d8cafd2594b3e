// Grows a context tree (src/pronounce/context-tree.ts) from examples: a node is split by the feature that saves the most bits,
// and a value gets a child of its own only where that saves more than the child costs in the file.

import { frequencyOf, LARGEST_CODE, LEAF } from "../../src/pronounce/context-tree.ts";

/** Examples: a column of values for each feature, and the symbol that came. */
export interface Examples {
  readonly columns: readonly Uint8Array[];
  readonly symbols: Uint8Array;
}

interface Node {
  readonly counts: ReadonlyMap<number, number>;
  /** Bits of the examples that end in this node or below, and bytes of it and all below. */
  bits: number;
  bytes: number;
  feature: number;
  children: Map<number, Node>;
}

const sumOf = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Bits that examples cost where each symbol costs the logarithm of its share in `model`. */
function bitsOf(counts: ReadonlyMap<number, number>, model: ReadonlyMap<number, number>): number {
  const total = sumOf(model);
  let bits = 0;
  for (const [symbol, count] of counts) bits += count * Math.log2(total / model.get(symbol)!);
  return bits;
}

/** Bytes of a node without children, and of one more child in its parent's list. */
const nodeBytes = (symbols: number) => 2 + 2 * symbols;
const CHILD_BYTES = 4;

export class TreeGrower {
  private readonly examples: Examples;
  /** How often each pair of value and symbol occurs among the examples of a node. */
  private readonly pairs = new Uint32Array(256 * 256);

  constructor(examples: Examples) {
    this.examples = examples;
  }

  /** The tree's bytes. */
  grow(): Uint8Array {
    const all = Uint32Array.from(this.examples.symbols.keys());
    return serialized(this.node(all));
  }

  private node(members: Uint32Array): Node {
    const counts = new Map<number, number>();
    for (const i of members) {
      const symbol = this.examples.symbols[i]!;
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    const leaf = { counts, bits: bitsOf(counts, counts), bytes: nodeBytes(counts.size) };
    const node: Node = { ...leaf, feature: LEAF, children: new Map() };
    if (counts.size === 1) return node;
    const { feature, values } = this.bestSplit(members, counts);
    if (values.size === 0) return node;
    node.feature = feature;
    this.addChildren(node, members, values);
    // A child that its own children have made worthwhile stays; the rest are taken back.
    if (node.children.size === 0) node.feature = LEAF;
    return node;
  }

  private addChildren(node: Node, members: Uint32Array, values: ReadonlySet<number>): void {
    const column = this.examples.columns[node.feature]!;
    for (const value of values) {
      const own = members.filter((i) => column[i] === value);
      const child = this.node(own);
      const here = bitsOf(totalCounts(this.examples.symbols, own), node.counts);
      if (here - child.bits <= 8 * (child.bytes + CHILD_BYTES)) continue;
      node.children.set(value, child);
      node.bits += child.bits - here;
      node.bytes += child.bytes + CHILD_BYTES;
    }
    if (node.children.size > 0) node.bytes++;
  }

  /** The feature whose values save the most bits beyond what their children cost, and those values. */
  private bestSplit(
    members: Uint32Array,
    counts: ReadonlyMap<number, number>,
  ): { feature: number; values: Set<number> } {
    let best = { feature: LEAF, values: new Set<number>(), gain: 0 };
    const parent = new Map([...counts].map(([symbol, count]) => [symbol, Math.log2(members.length / count)]));
    const { columns, symbols } = this.examples;
    columns.forEach((column, feature) => {
      const seen: number[] = [];
      for (const i of members) {
        const pair = (column[i]! << 8) | symbols[i]!;
        if (this.pairs[pair]!++ === 0) seen.push(pair);
      }
      const byValue = new Map<number, Map<number, number>>();
      for (const pair of seen) {
        const value = pair >> 8;
        if (!byValue.has(value)) byValue.set(value, new Map());
        byValue.get(value)!.set(pair & 255, this.pairs[pair]!);
        this.pairs[pair] = 0;
      }
      let gain = 0;
      const values = new Set<number>();
      for (const [value, own] of byValue) {
        if (byValue.size === 1) break;
        let saved = -bitsOf(own, own);
        for (const [symbol, count] of own) saved += count * parent.get(symbol)!;
        saved -= 8 * (nodeBytes(own.size) + CHILD_BYTES);
        // Children of children may pay for what does not quite pay by itself.
        if (saved > (-8 * nodeBytes(own.size)) / 2) values.add(value);
        if (saved > 0) gain += saved;
      }
      if (gain > best.gain) best = { feature, values, gain };
    });
    return best;
  }
}

function totalCounts(symbols: Uint8Array, members: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const i of members) counts.set(symbols[i]!, (counts.get(symbols[i]!) ?? 0) + 1);
  return counts;
}

/** The code of the frequency nearest to a count, never 0. */
function codeOf(count: number): number {
  let code = 1;
  while (code < LARGEST_CODE && Math.abs(frequencyOf(code + 1) - count) <= Math.abs(frequencyOf(code) - count)) code++;
  return code;
}

/** Nodes in the order of a walk that visits parents first. */
function serialized(root: Node): Uint8Array {
  const bytes: number[] = [];
  const write = (node: Node) => {
    const symbols = [...node.counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const scale = Math.min(1, 4096 / symbols[0]![1]);
    bytes.push(node.feature, symbols.length, ...symbols.map(([symbol]) => symbol));
    bytes.push(...symbols.map(([, count]) => codeOf(count * scale)));
    if (node.feature === LEAF) return;
    // The most frequent first: they are looked for from the front.
    const children = [...node.children].sort((a, b) => sumOf(b[1].counts) - sumOf(a[1].counts) || a[0] - b[0]);
    bytes.push(children.length, ...children.map(([value]) => value));
    const places = bytes.length;
    for (let i = 0; i < 3 * children.length; i++) bytes.push(0);
    children.forEach(([, child], i) => {
      const place = bytes.length;
      for (let b = 0; b < 3; b++) bytes[places + 3 * i + b] = (place >> (8 * b)) & 255;
      write(child);
    });
  };
  write(root);
  return Uint8Array.from(bytes);
}
