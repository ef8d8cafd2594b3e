// The words of an n-gram model as a prefix tree of phonemes (pronounce/word-tree.ts), packed for its file: making one of a lexicon
// takes several times as long as reading one. tree-packer.ts packs it. Nodes come level by level, as in the tree. The part:
//
// phonemes    of each node, as the lexicon numbers them; the root's is 0
// shapes      of each node two bits, the first node's the lowest ones: ONE_CHILD, ONE_WORD, BOTH, or COUNTED
// words       that end in each node, u16
// counts      of each node that is COUNTED: how many children it has, and how many words end there

import { u16 } from "../model/parts-file.ts";
import { DEEPEST, type WordTree } from "../pronounce/word-tree.ts";

/** Shapes of nodes. */
export const ONE_CHILD = 0;
export const ONE_WORD = 1;
export const BOTH = 2;
export const COUNTED = 3;

/** What a file tells of its tree. */
export interface TreeCounts {
  readonly nodes: number;
  readonly endings: number;
}

/** Bytes of the parts of a tree but for the counts. */
export const plainBytes = ({ nodes, endings }: TreeCounts) => nodes + Math.ceil(nodes / 4) + 2 * endings;

/** The tree in a part, of words from `lowest` to `highest`. Throws what `wrong` makes of a part that is no such tree. */
export function unpackTree(
  packed: Uint8Array,
  counted: TreeCounts,
  [lowest, highest]: readonly [number, number],
  wrong: (problem: string) => Error,
): WordTree {
  const { nodes, endings } = counted;
  const broken = () => wrong("has words whose sounds are no tree");
  if (packed.length < plainBytes(counted)) throw broken();
  const shapes = nodes;
  const words = nodes + Math.ceil(nodes / 4);
  let counts = plainBytes(counted);
  const depth = new Uint8Array(nodes);
  const firstChild = new Int32Array(nodes + 1);
  const firstWord = new Int32Array(nodes + 1);
  const end = new Int32Array(endings);
  let [made, ended] = [1, 0];
  for (let node = 0; node < nodes; node++) {
    firstChild[node] = made;
    firstWord[node] = ended;
    const shape = (packed[shapes + (node >> 2)]! >> (2 * (node & 3))) & 3;
    let children = shape === ONE_WORD ? 0 : 1;
    let own = shape === ONE_CHILD ? 0 : 1;
    if (shape === COUNTED) {
      if (counts + 2 > packed.length) throw broken();
      children = packed[counts]!;
      own = packed[counts + 1]!;
      counts += 2;
    }
    // Every node is below another that came before it, and words end below each.
    const isReached = node < made && children + own > 0 && (node > 0 || own === 0);
    if (!isReached || made + children > nodes || ended + own > endings) throw broken();
    if (children > 0 && depth[node] === DEEPEST) throw broken();
    const below = depth[node]! + 1;
    for (const last = made + children; made < last; made++) depth[made] = below;
    for (const last = ended + own; ended < last; ended++) end[ended] = node;
  }
  firstChild[nodes] = made;
  firstWord[nodes] = ended;
  if (made !== nodes || ended !== endings || counts !== packed.length) throw broken();
  const word = new Int32Array(endings);
  for (let i = 0; i < endings; i++) {
    const number = u16(packed, words + 2 * i);
    if (number < lowest || number > highest) throw broken();
    word[i] = number;
  }
  return { nodes, phoneme: packed.slice(0, nodes), depth, firstChild, firstWord, word, end };
}
