// What the search may look ahead to before it knows the word.

import type { WordTree } from "../../pronounce/word-tree.ts";

/** The best score of the words below each node. */
export function lookAhead(tree: WordTree, score: (word: number) => number): Float32Array {
  const { nodes, firstChild, firstWord, word } = tree;
  const best = new Float32Array(nodes).fill(Number.NEGATIVE_INFINITY);
  for (let node = nodes - 1; node >= 0; node--) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = firstWord[node]!; i < firstWord[node + 1]!; i++) most = Math.max(most, score(word[i]!));
    for (let child = firstChild[node]!; child < firstChild[node + 1]!; child++) most = Math.max(most, best[child]!);
    best[node] = most;
  }
  return best;
}
