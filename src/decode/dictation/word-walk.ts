// How tokens walk a tree of words by CTC's rules (Graves et al. 2006): they stay in a node while its phoneme lasts, go over to the
// nodes below it, and where words end they go back to the root, in the state that the scorer tells. The root may stand anywhere among the
// nodes of a search, and a search may have several. A record of the trace is a word: its label is the word's end in the tree, and it
// keeps the row in which the word begins, and how far its sounds are behind since the walk began.

import type { WordTree } from "../../pronounce/word-tree.ts";
import type { SoundRow } from "../phonemes/sound-row.ts";
import { NOTHING, type Paths } from "../tokens/paths.ts";
import type { TokenPassing } from "../tokens/token-passing.ts";
import { mixText } from "../tokens/trace.ts";
import type { ScoredWord, WordScorer } from "./word-scorer.ts";

/** Words that may be spoken, and what they score. */
export interface WalkedWords {
  readonly tree: WordTree;
  /** Of each node: the best score of the words below it. */
  readonly ahead: Float32Array;
  readonly scorer: WordScorer;
  /** Phonemes so many nats behind the best of a row, or more, do not begin there. */
  readonly floor: number;
}

/** Nats by which who has ended a word may be behind who has not, and still be as good: what was expected is rounded. */
export const TIE = 1e-3;
const ROOT = 0;

export class WordWalk {
  private readonly words: WalkedWords;
  private readonly passing: TokenPassing;
  private readonly blank: number;
  private readonly firstLabel: number;
  private readonly step: ScoredWord = { score: 0, state: 0 };

  /** `blank`: the blank's token. Labels of words count from `firstLabel`. */
  constructor(words: WalkedWords, passing: TokenPassing, blank: number, firstLabel: number) {
    this.words = words;
    this.passing = passing;
    this.blank = blank;
    this.firstLabel = firstLabel;
  }

  /** The word of a record. */
  wordOf(record: number): number {
    return this.words.tree.word[this.endingOf(record)]!;
  }

  /** How many phonemes the word of a record has. */
  soundsOf(record: number): number {
    const { tree } = this.words;
    return tree.depth[tree.end[this.endingOf(record)]!]!;
  }

  /** The last phoneme of the word of a record. */
  lastSound(record: number): number {
    const { tree } = this.words;
    return tree.phoneme[tree.end[this.endingOf(record)]!]!;
  }

  private endingOf(record: number): number {
    return this.passing.trace.label[record]! - this.firstLabel;
  }

  /** A token of the last row goes on below the root at node `root`. */
  pass(token: number, root: number, { behind, isSilent }: SoundRow): void {
    const { passing } = this;
    const { now, next } = passing;
    const node = now.node[token]!;
    const better = now.better(token);
    const score = better.score[token]! + behind[this.blank]!;
    if (score > passing.limit) {
      const to = next.at(node, now.state[token]!);
      if (to >= 0) {
        const { record, text, row, nats } = better;
        passing.rest(to, score, record[token]!, text[token]!, row[token]!, nats[token]! + behind[this.blank]!);
      }
    }
    // A word that is going on ends anew in every row of its last phoneme.
    if (node !== root) {
      const going = behind[this.words.tree.phoneme[node - root]!]!;
      const { spoken } = now;
      this.speak(node, token, spoken, spoken.score[token]! + going, going, spoken.row[token]!);
    }
    if (!isSilent) this.leave(token, root, behind);
  }

  /**
   * A token goes over to the nodes below its own. A node brings how much less may be expected below it than below its parent. Who begins
   * a word pays for the whole of what may be expected: one who has ended a word is then no worse than one who has not.
   */
  private leave(token: number, root: number, behind: Float64Array): void {
    const { passing } = this;
    const { tree, ahead, floor } = this.words;
    const { phoneme, firstChild } = tree;
    const { node: nodes, spoken, rested } = passing.now;
    const node = nodes[token]! - root;
    const isRestedBetter = rested.score[token]! >= spoken.score[token]!;
    const most = isRestedBetter ? rested.score[token]! : spoken.score[token]!;
    const own = node === ROOT && !isRestedBetter ? this.lastSound(spoken.record[token]!) : phoneme[node]!;
    const expected = node === ROOT ? 0 : ahead[node]!;
    const end = firstChild[node + 1]!;
    for (let child = firstChild[node]!; child < end; child++) {
      const sound = phoneme[child]!;
      const costs = behind[sound]!;
      const gain = costs + ahead[child]! - expected;
      if (costs <= -floor || !(most + gain > passing.limit)) continue;
      // The same phoneme again needs a blank between.
      const from = isRestedBetter || sound === own ? rested : spoken;
      const score = from.score[token]! + gain;
      this.speak(root + child, token, from, score, costs, node === ROOT ? passing.row : from.row[token]!);
    }
  }

  private speak(node: number, token: number, from: Paths, score: number, sound: number, row: number): void {
    const { passing } = this;
    if (!(score > passing.limit)) return;
    const to = passing.next.at(node, passing.now.state[token]!);
    if (to < 0) return;
    passing.speak(to, score, from.record[token]!, from.text[token]!, NOTHING, row, from.nats[token]! + sound);
  }

  /** A token from elsewhere begins a first word, with no word known before it: a record of its entering is made where it can. */
  enter(
    token: number,
    own: number,
    root: number,
    weight: number,
    behind: Float64Array,
    enter: (from: Paths) => number,
  ): void {
    const { passing } = this;
    const { tree, ahead, floor, scorer } = this.words;
    const { spoken, rested } = passing.now;
    const isRestedBetter = rested.score[token]! >= spoken.score[token]!;
    let [restedRecord, spokenRecord] = [NOTHING, NOTHING];
    for (let child = tree.firstChild[ROOT]!; child < tree.firstChild[ROOT + 1]!; child++) {
      const sound = tree.phoneme[child]!;
      const costs = behind[sound]!;
      const isRested = isRestedBetter || sound === own;
      const score = (isRested ? rested : spoken).score[token]! + weight + costs + ahead[child]!;
      if (costs <= -floor || !(score > passing.limit)) continue;
      const to = passing.next.at(root + child, scorer.middle);
      if (to < 0) return;
      if (isRested && restedRecord === NOTHING) restedRecord = enter(rested);
      if (!isRested && spokenRecord === NOTHING) spokenRecord = enter(spoken);
      const record = isRested ? restedRecord : spokenRecord;
      passing.speak(to, score, record, passing.trace.text[record]!, NOTHING, passing.row, costs);
    }
  }

  /** A token of the next row at whose node words end goes back to the root with each of them. */
  endWords(token: number, root: number): void {
    const { passing, step } = this;
    const { tree, ahead, scorer } = this.words;
    const { next } = passing;
    const { spoken } = next;
    const node = next.node[token]! - root;
    const last = tree.firstWord[node + 1]!;
    if (tree.firstWord[node] === last || !(spoken.score[token]! > passing.limit)) return;
    const before = spoken.score[token]! - ahead[node]!;
    for (let ending = tree.firstWord[node]!; ending < last; ending++) {
      const word = tree.word[ending]!;
      scorer.step(next.state[token]!, word, step);
      const score = before + step.score;
      if (!(score > passing.limit)) continue;
      const to = next.at(root, step.state);
      if (to < 0) return;
      const { record, text, row, nats } = spoken;
      const label = this.firstLabel + ending;
      passing.speak(to, score, record[token]!, mixText(text[token]!, word), label, row[token]!, nats[token]!);
    }
  }
}
