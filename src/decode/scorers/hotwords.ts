// Hotwords: phrases that the search is to prefer. A trie of their words with failure links (Aho and Corasick 1975) follows
// every hypothesis; a matched word brings its phrase's boost at once, and what a broken-off match had brought is taken back.

import { FoldvoxError, shown } from "../../errors.ts";
import { checkOptions, type OptionTypes } from "../../options.ts";
import type { Spelling } from "../text/spelling.ts";
import type { ScoredStep, Scorer } from "./scorer.ts";

/** A phrase to be preferred. */
export interface Hotword {
  /** One or several words. */
  readonly phrase: string;
  /** How much each of its words is preferred: a natural logarithm, so 2.3 makes it ten times as probable. Default 1.5. */
  readonly boost?: number;
}

const TYPES: OptionTypes<Hotword> = { phrase: "any", boost: "any" };
/** The boost of a phrase that tells none. */
export const DEFAULT_BOOST = 1.5;
/** A boost above this cannot be told from "always". */
const LARGEST_BOOST = 50;
/** So many words of phrases are some hundred megabytes. */
const MOST_WORDS = 1_000_000;

interface Node {
  readonly children: Map<string, Node>;
  readonly parent: Node | null;
  readonly word: string;
  /** Logarithm of what the words up to here bring, and of how much of it stays if the match breaks off here. */
  gained: number;
  kept: number;
  isPhrase: boolean;
  /** The longest proper suffix of this match that is itself the beginning of a phrase. */
  fallback: Node | null;
  /** For all first letters of the children's words, the child that brings most for each letter; made when first asked for. */
  grown: Map<string, Node> | null;
}

/** A place in the trie, and the logarithm of what this match has brought and would lose. */
interface Match {
  readonly node: Node;
  readonly pending: number;
  /** The word before, if it has brought a boost that stays. */
  readonly boosted: string | null;
}

const newNode = (parent: Node | null, word: string, gained: number): Node => ({
  children: new Map(),
  parent,
  word,
  gained,
  kept: 0,
  isPhrase: false,
  fallback: null,
  grown: null,
});

function checked(given: string | Hotword): Required<Hotword> {
  const hotword = typeof given === "string" ? { phrase: given } : given;
  checkOptions("A hotword", hotword, TYPES);
  const { phrase, boost = DEFAULT_BOOST }: Hotword = hotword;
  if (typeof phrase !== "string" || phrase.trim() === "") {
    throw new FoldvoxError("bad-argument", `A hotword is ${shown(phrase)}; give a phrase of one or several words.`);
  }
  if (typeof boost !== "number" || !(boost >= 0 && boost <= LARGEST_BOOST)) {
    throw new FoldvoxError(
      "bad-argument",
      `The boost of ${shown(phrase)} is ${shown(boost)}; give a number from 0 to ${LARGEST_BOOST}, such as 2.`,
    );
  }
  return { phrase, boost };
}

export class Hotwords implements Scorer<Match> {
  readonly start: Match;
  private readonly root: Node = newNode(null, "", 0);

  /** Errors: bad-argument for an empty phrase, a senseless boost, or a word that the model's tokens cannot spell. */
  constructor(hotwords: readonly (string | Hotword)[], spelling: Spelling) {
    this.start = { node: this.root, pending: 0, boosted: null };
    let count = 0;
    for (const given of hotwords) {
      const { phrase, boost } = checked(given);
      const words = phrase.trim().split(/\s+/);
      count += words.length;
      if (count > MOST_WORDS) {
        throw new FoldvoxError("bad-argument", `The hotwords have more than ${MOST_WORDS} words; give fewer.`);
      }
      this.add(
        words.map((word) => spelling.demand(word, "The hotwords hold")),
        boost,
      );
    }
    this.link();
  }

  word({ node, pending, boosted }: Match, word: string): ScoredStep<Match> {
    const { from, lost } = nearest(node, pending, (place) => place.children.has(word));
    const next = from?.children.get(word);
    if (!next) return { state: this.start, score: -lost };
    // A boost must not make two of one word: what begins by repeating a boosted word gets none for that.
    const gain = from === this.root && word === boosted ? 0 : next.gained - from!.gained;
    const left = Math.min(pending - lost + gain, next.gained - next.kept);
    return { state: { node: next, pending: left, boosted: left === 0 ? word : null }, score: gain - lost };
  }

  /** The share of the boost that the letters are of the word: a search of pieces feels it before the word is complete. */
  beginning({ node, pending }: Match, letters: string): number {
    const { from, lost } = nearest(node, pending, (place) => grownFrom(place).has(letters));
    const best = from && grownFrom(from).get(letters)!;
    if (!best) return -lost;
    return ((best.gained - from.gained) * letters.length) / best.word.length - lost;
  }

  end({ pending }: Match): number {
    return -pending;
  }

  private add(words: readonly string[], boost: number): void {
    let node = this.root;
    for (const word of words) {
      const child = node.children.get(word) ?? newNode(node, word, node.gained + boost);
      node.children.set(word, child);
      node = child;
    }
    node.isPhrase = true;
  }

  /** Sets fallbacks and what is kept, nearest to the root first: both look at shorter matches only. */
  private link(): void {
    const queue = [this.root];
    for (const node of queue) {
      for (const child of node.children.values()) queue.push(child);
      if (!node.parent) continue;
      let from = node.parent.fallback;
      while (from && !from.children.has(node.word)) from = from.fallback;
      node.fallback = from?.children.get(node.word) ?? this.root;
      node.kept = node.isPhrase ? node.gained : Math.max(node.parent.kept, node.fallback.kept);
    }
  }
}

/** What a node's children may begin with. Looked up, not searched for: a search asks for every letter that it tries. */
function grownFrom(node: Node): Map<string, Node> {
  if (node.grown) return node.grown;
  node.grown = new Map();
  const share = ({ gained, word }: Node) => (gained - node.gained) / word.length;
  for (const child of node.children.values()) {
    for (let end = 0; end <= child.word.length; end++) {
      const letters = child.word.slice(0, end);
      const best = node.grown.get(letters);
      if (!best || share(child) > share(best)) node.grown.set(letters, child);
    }
  }
  return node.grown;
}

/** The nearest of a node and its fallbacks that the match can go on from, and what giving up the others loses. */
function nearest(node: Node, pending: number, goesOn: (node: Node) => boolean): { from: Node | null; lost: number } {
  if (goesOn(node)) return { from: node, lost: 0 };
  let from = node.fallback;
  while (from && !goesOn(from)) from = from.fallback;
  // What the fallback's own words have brought stays with it.
  return { from, lost: Math.max(0, pending - (from?.gained ?? 0)) };
}
