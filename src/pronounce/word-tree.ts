// The words of a vocabulary as a prefix tree of phonemes: words that begin with the same sounds share nodes, so the search
// grows with what sounds likely, not with the vocabulary.

/** Pronunciations, one after the other. */
export interface Pronunciations {
  /** Token indices of all; those of pronunciation i are the ones from first[i] up to first[i + 1]. */
  readonly sounds: Uint8Array;
  readonly first: Uint32Array;
  /** The word that is spoken so, by pronunciation. */
  readonly word: Int32Array;
}

/** Node 0 is the root. The children of node n are those from firstChild[n] up to firstChild[n + 1]. */
export interface WordTree {
  readonly nodes: number;
  readonly phoneme: Uint8Array;
  readonly depth: Uint8Array;
  readonly firstChild: Int32Array;
  /** Words that end in node n: those from firstWord[n] up to firstWord[n + 1]. */
  readonly firstWord: Int32Array;
  readonly word: Int32Array;
  /** The node in which each of these words ends. */
  readonly end: Int32Array;
}

/** Phonemes of a word; more are not followed. */
export const DEEPEST = 255;

export function wordTree({ sounds, first, word }: Pronunciations): WordTree {
  const order = sorted(sounds, first);
  const most = sounds.length + 1;
  const phoneme = new Uint8Array(most);
  const depth = new Uint8Array(most);
  const firstChild = new Int32Array(most + 1);
  const firstWord = new Int32Array(most + 1);
  const words = new Int32Array(order.length);
  const ends = new Int32Array(order.length);
  // Level by level, so that children stand together. The pronunciations that pass through a node are a run of the order.
  const from = new Int32Array(most);
  const to = new Int32Array(most);
  let nodes = 1;
  let ended = 0;
  to[0] = order.length;
  for (let node = 0; node < nodes; node++) {
    firstChild[node] = nodes;
    firstWord[node] = ended;
    const level = depth[node]!;
    const soundAt = (i: number) => {
      const at = first[order[i]!]! + level;
      return at < first[order[i]! + 1]! && level < DEEPEST ? sounds[at]! : -1;
    };
    let i = from[node]!;
    for (; i < to[node]! && soundAt(i) < 0; i++) {
      ends[ended] = node;
      words[ended++] = word[order[i]!]!;
    }
    while (i < to[node]!) {
      const next = soundAt(i);
      phoneme[nodes] = next;
      depth[nodes] = level + 1;
      from[nodes] = i;
      while (i < to[node]! && soundAt(i) === next) i++;
      to[nodes++] = i;
    }
  }
  firstChild[nodes] = nodes;
  firstWord[nodes] = ended;
  return {
    nodes,
    phoneme: phoneme.slice(0, nodes),
    depth: depth.slice(0, nodes),
    firstChild: firstChild.slice(0, nodes + 1),
    firstWord: firstWord.slice(0, nodes + 1),
    word: words,
    end: ends,
  };
}

/** The pronunciations of a tree, sorted by their sounds. */
export function pronunciationsOf({ nodes, phoneme, depth, firstChild, word, end }: WordTree): Pronunciations {
  const parent = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) parent.fill(node, firstChild[node]!, firstChild[node + 1]!);
  const first = new Uint32Array(word.length + 1);
  for (let i = 0; i < word.length; i++) first[i + 1] = first[i]! + depth[end[i]!]!;
  const sounds = new Uint8Array(first[word.length]!);
  for (let i = 0; i < word.length; i++) {
    for (let node = end[i]!, at = first[i + 1]!; node > 0; node = parent[node]!) sounds[--at] = phoneme[node]!;
  }
  return { sounds, first, word };
}

/** The pronunciations, sorted by their sounds. */
function sorted(sounds: Uint8Array, first: Uint32Array): Uint32Array {
  const count = first.length - 1;
  // Most are told apart by six sounds of eight bits, which a double holds exactly; numbers sort faster than lists.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let key = 0;
    for (let k = 0; k < 6; k++) {
      const at = first[i]! + k;
      key = key * 256 + (at < first[i + 1]! ? sounds[at]! + 1 : 0);
    }
    keys[i] = key;
  }
  return Uint32Array.from(keys.keys()).sort((a, b) => {
    const apart = keys[a]! - keys[b]!;
    if (apart !== 0) return apart;
    for (let k = 6; ; k++) {
      const x = first[a]! + k < first[a + 1]! ? sounds[first[a]! + k]! : -1;
      const y = first[b]! + k < first[b + 1]! ? sounds[first[b]! + k]! : -1;
      if (x !== y) return x - y;
      if (x < 0) return a - b;
    }
  });
}
