// Phrases that dictation is to prefer: a trie of their words with failure links (Aho and Corasick 1975). A word that goes on with
// a phrase brings its boost at once; what a phrase that is broken off has brought is taken back.

/** A phrase as numbers of words, and what each of them brings: a natural logarithm. */
export interface HotPhrase {
  readonly words: readonly number[];
  readonly boost: number;
}

interface Node {
  readonly children: Map<number, Node>;
  readonly number: number;
  /** What the words up to here have brought, and how much of it stays if the phrase is broken off here. */
  gained: number;
  kept: number;
  isEnd: boolean;
  /** The longest proper suffix of these words that itself begins a phrase; the root's is the root. */
  fallback: Node | null;
}

/** A step: what a word brings, and the place behind it. */
export interface HotStep {
  gain: number;
  place: number;
}

export class HotPhrases {
  private readonly root: Node = { children: new Map(), number: 0, gained: 0, kept: 0, isEnd: false, fallback: null };
  private readonly nodes = [this.root];
  private readonly boosts = new Map<number, number>();

  constructor(phrases: readonly HotPhrase[]) {
    for (const { words, boost } of phrases) this.add(words, boost);
    this.link();
  }

  /** Places in phrases; 0 is outside of all. */
  get places(): number {
    return this.nodes.length;
  }

  /** The most that a word may bring. */
  boost(word: number): number {
    return this.boosts.get(word) ?? 0;
  }

  step(place: number, word: number, into: HotStep): void {
    const { gained, kept } = this.nodes[place]!;
    let node = this.nodes[place]!;
    while (node.fallback && !node.children.has(word)) node = node.fallback;
    const to = node.children.get(word);
    // What a fallback's own words have brought stays with it.
    const lost = Math.max(0, gained - kept - (to ? node.gained : 0));
    into.gain = (to ? to.gained - node.gained : 0) - lost;
    into.place = to?.number ?? 0;
  }

  /** What is taken back where the utterance ends. */
  end(place: number): number {
    const { gained, kept } = this.nodes[place]!;
    return kept - gained;
  }

  private add(words: readonly number[], boost: number): void {
    let node = this.root;
    for (const word of words) {
      let child = node.children.get(word);
      if (!child) {
        child = {
          children: new Map(),
          number: this.nodes.length,
          gained: 0,
          kept: 0,
          isEnd: false,
          fallback: this.root,
        };
        node.children.set(word, child);
        this.nodes.push(child);
      }
      child.gained = Math.max(child.gained, node.gained + boost);
      node = child;
      this.boosts.set(word, Math.max(this.boost(word), boost));
    }
    node.isEnd = true;
  }

  /** Nearest to the root first: fallbacks are shorter. */
  private link(): void {
    const queue = [this.root];
    for (const node of queue) {
      for (const [word, child] of node.children) {
        queue.push(child);
        let from = node.fallback;
        while (from && !from.children.has(word)) from = from.fallback;
        child.fallback = from?.children.get(word) ?? this.root;
        child.kept = child.isEnd ? child.gained : Math.max(node.kept, child.fallback.kept);
      }
    }
  }
}
