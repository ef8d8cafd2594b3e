// Places of a phoneme network at which any words may be dictated: behind the network's nodes stands a tree of words for each of
// them, which tokens walk until a phoneme of the network follows. Nothing of the trees is copied; only nodes' numbers are.

import { type WalkedWords, WordWalk } from "../dictation/word-walk.ts";
import type { TokenPassing } from "../tokens/token-passing.ts";
import { mixText } from "../tokens/trace.ts";
import type { PhonemeNetwork } from "./phoneme-network.ts";
import { DICTATED } from "./pronounced-network.ts";
import type { SoundRow } from "./sound-row.ts";

export class DictatedPlaces {
  private readonly passing: TokenPassing;
  private readonly walk: WordWalk;
  /** The network's nodes; a tree's nodes. */
  private readonly nodes: number;
  private readonly treeNodes: number;
  /** The nodes at which words are dictated, and the root of each one's tree. */
  private readonly places: number[] = [];
  private readonly rootAt = new Map<number, number>();

  constructor(network: PhonemeNetwork, words: WalkedWords, passing: TokenPassing, blank: number) {
    this.passing = passing;
    this.nodes = network.nodes;
    this.treeNodes = words.tree.nodes;
    this.walk = new WordWalk(words, passing, blank, network.nodes);
    network.phoneme.forEach((phoneme, node) => {
      if (phoneme !== DICTATED) return;
      this.rootAt.set(node, this.nodes + this.places.length * this.treeNodes);
      this.places.push(node);
    });
  }

  /** Whether a node is one of a tree. */
  has(node: number): boolean {
    return node >= this.nodes;
  }

  /** The place whose words end at a node; -1 in the middle of one. */
  placeAt(node: number): number {
    if (node !== this.rootOf(node)) return -1;
    return this.places[Math.floor((node - this.nodes) / this.treeNodes)]!;
  }

  private rootOf(node: number): number {
    return node - ((node - this.nodes) % this.treeNodes);
  }

  /** A token of a tree goes on within it. */
  pass(token: number, sounds: SoundRow): void {
    this.walk.pass(token, this.rootOf(this.passing.now.node[token]!), sounds);
  }

  /** The last phoneme of the word that a token of the network's next phoneme has behind it. */
  lastSound(token: number): number {
    return this.walk.lastSound(this.passing.now.spoken.record[token]!);
  }

  /** A token whose last phoneme is `own` begins to dictate at a place. */
  enter(token: number, own: number, place: number, weight: number, behind: Float64Array): void {
    const { trace, row } = this.passing;
    this.walk.enter(token, own, this.rootAt.get(place)!, weight, behind, (from) => {
      const text = mixText(from.text[token]!, DICTATED);
      return trace.add(from.record[token]!, place, text, row, from.row[token]!, from.score[token]!);
    });
  }

  /** Ends words in the row that is being made. */
  endWords(): void {
    const { next } = this.passing;
    const { count } = next;
    for (let token = 0; token < count; token++) {
      const node = next.node[token]!;
      if (this.has(node)) this.walk.endWords(token, this.rootOf(node));
    }
  }

  /** Of a record: the word that was dictated, and its number of phonemes; null where it is none. */
  wordOf(record: number): DictatedWord | null {
    if (!this.has(this.passing.trace.label[record]!)) return null;
    return { word: this.walk.wordOf(record), sounds: this.walk.soundsOf(record) };
  }
}

export interface DictatedWord {
  readonly word: number;
  readonly sounds: number;
}
