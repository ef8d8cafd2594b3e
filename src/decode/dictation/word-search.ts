// The search for words in rows of phonemes: tokens walk the word tree by CTC's rules (Graves et al. 2006), and where a word ends
// the scorer tells what it brings. The result is the same however the audio is cut. In the trace, a record is a word: its label is the
// word's end in the tree, and it keeps the row in which the word begins, and the sound's share of the score.

import type { SoundRow } from "../phonemes/sound-row.ts";
import { NONE, NOTHING, type Paths } from "../tokens/paths.ts";
import { TokenPassing } from "../tokens/token-passing.ts";
import { mixText } from "../tokens/trace.ts";
import type { ScoredWord, WordScorer } from "./word-scorer.ts";
import type { WordTree } from "./word-tree.ts";

export interface WordSearchOptions {
  readonly tree: WordTree;
  /** Of each node: the best score of the words below it. */
  readonly ahead: Float32Array;
  readonly scorer: WordScorer;
  readonly blank: number;
  /** Phonemes so many nats behind the best of a row, or more, do not begin there. */
  readonly floor: number;
  /** Hypotheses further behind the best than this, in nats, are given up. */
  readonly beam: number;
  /** Tokens kept from row to row. */
  readonly mostTokens: number;
  /** Whether hypotheses that have met and lost are remembered. */
  readonly keepsAlternatives: boolean;
}

/** A hypothesis: its score, the record of its last whole word, and whether it is not in the middle of another. */
export interface Hypothesis {
  readonly score: number;
  readonly record: number;
  readonly isWhole: boolean;
}

/** Alternatives further behind than this, in nats, are not remembered. */
const ALTERNATIVE_NATS = 8;
const ROOT = 0;

export class WordSearch {
  private readonly options: WordSearchOptions;
  private readonly passing: TokenPassing;
  /** What a node brings when it is entered: how much less may be expected below it than below its parent. */
  private readonly gain: Float32Array;
  private readonly step: ScoredWord = { score: 0, state: 0 };
  /** The record behind which the utterance begins: what is before it has been told. */
  private told = NOTHING;
  /** The last record that all hypotheses are known to share. */
  private settled = NOTHING;
  private isResting = false;

  constructor(options: WordSearchOptions) {
    this.options = options;
    const { tree, ahead, beam, mostTokens, keepsAlternatives } = options;
    this.passing = new TokenPassing({ beam, mostTokens, alternativeNats: keepsAlternatives ? ALTERNATIVE_NATS : null });
    this.gain = new Float32Array(tree.nodes);
    for (let node = 0; node < tree.nodes; node++) {
      for (let child = tree.firstChild[node]!; child < tree.firstChild[node + 1]!; child++) {
        this.gain[child] = ahead[child]! - ahead[node]!;
      }
    }
    this.restart(0);
  }

  /** Begins anew, with row `row`. */
  restart(row: number): void {
    this.passing.restart(row, ROOT, this.options.scorer.start);
    this.told = NOTHING;
    this.settled = NOTHING;
    this.isResting = false;
  }

  /** Where hypotheses come from. */
  get trace() {
    return this.passing.trace;
  }

  /** Tokens alive. */
  get active(): number {
    return this.passing.now.count;
  }

  /** The word of a record. */
  wordOf(record: number): number {
    return this.options.tree.word[this.trace.label[record]!]!;
  }

  /** How many phonemes the word of a record has. */
  soundsOf(record: number): number {
    const { tree } = this.options;
    return tree.depth[tree.end[this.trace.label[record]!]!]!;
  }

  /** Takes the next row. */
  accept(sounds: SoundRow): void {
    const { passing } = this;
    // What follows the first certain blank changes nothing any more.
    if (sounds.isSilent && this.isResting) {
      passing.row++;
      return;
    }
    passing.begin();
    const { now, next } = passing;
    for (let token = 0; token < now.count; token++) {
      this.stay(token, sounds.behind);
      if (!sounds.isSilent) this.leave(token, sounds.behind);
    }
    const count = next.count;
    for (let token = 0; token < count; token++) this.endWords(token);
    passing.end();
    if (this.options.keepsAlternatives) this.meet();
    this.isResting = sounds.isSilent;
    const own = Int32Array.of(this.told, this.settled);
    passing.collect(own);
    this.told = own[0]!;
    this.settled = own[1]!;
  }

  /** The best hypothesis, be its last word whole or not. */
  leader(): Hypothesis {
    const { now } = this.passing;
    let leader = 0;
    for (let token = 1; token < now.count; token++) if (now.score(token) > now.score(leader)) leader = token;
    return this.hypothesis(leader, 0);
  }

  /** Hypotheses of whole words as whole utterances, the best first. */
  ends(): Hypothesis[] {
    const { now } = this.passing;
    const { scorer } = this.options;
    const ends: Hypothesis[] = [];
    for (let token = 0; token < now.count; token++) {
      if (now.node[token] === ROOT) ends.push(this.hypothesis(token, scorer.end(now.state[token]!)));
    }
    return ends.sort((a, b) => b.score - a.score);
  }

  private hypothesis(token: number, more: number): Hypothesis {
    const { now } = this.passing;
    const { score, record } = now.better(token);
    return { score: score[token]! + more, record: record[token]!, isWhole: now.node[token] === ROOT };
  }

  /** The record behind which the utterance begins; NOTHING at the stream's start. */
  get toldRecord(): number {
    return this.told;
  }

  /** The record up to which all hypotheses were the same when settle() was last called. */
  get settledRecord(): number {
    return this.settled;
  }

  /** Records that all hypotheses share now, and did not when this was last called. */
  settle(): number[] {
    const shared = this.passing.shared(null, this.settled) ?? this.settled;
    const records = this.trace.recordsTo(shared, this.settled);
    this.settled = shared;
    return records;
  }

  /** Records up to one, behind those that are settled. */
  recordsTo(record: number): number[] {
    return this.trace.recordsTo(record, this.settled);
  }

  /** Ends the utterance with a record: hypotheses that say something else up to there are given up, the others go on. */
  tell(record: number): void {
    this.passing.keep(record);
    this.told = record;
    this.settled = record;
  }

  /** A hypothesis stays at its node: with the phoneme going on, or with a blank. */
  private stay(token: number, behind: Float64Array): void {
    const { passing } = this;
    const { now, next } = passing;
    const node = now.node[token]!;
    const blank = behind[this.options.blank]!;
    const better = now.better(token);
    const score = better.score[token]! + blank;
    if (score > passing.limit) {
      const to = next.at(node, now.state[token]!);
      if (to >= 0) {
        const { record, text, row, nats } = better;
        passing.rest(to, score, record[token]!, text[token]!, row[token]!, nats[token]! + blank);
      }
    }
    // A word that is going on ends anew in every row of its last phoneme.
    if (node === ROOT) return;
    const going = behind[this.options.tree.phoneme[node]!]!;
    const { spoken } = now;
    this.speak(node, token, spoken, spoken.score[token]! + going, going, spoken.row[token]!);
  }

  /** A hypothesis goes over to the nodes below its own. */
  private leave(token: number, behind: Float64Array): void {
    const { gain, passing } = this;
    const { tree, floor } = this.options;
    const { phoneme, firstChild } = tree;
    const { node: nodes, spoken, rested } = passing.now;
    const node = nodes[token]!;
    const isRestedBetter = rested.score[token]! >= spoken.score[token]!;
    const most = isRestedBetter ? rested.score[token]! : spoken.score[token]!;
    const own = node === ROOT && !isRestedBetter ? this.lastSound(spoken.record[token]!) : phoneme[node]!;
    const end = firstChild[node + 1]!;
    for (let child = firstChild[node]!; child < end; child++) {
      const sound = phoneme[child]!;
      const costs = behind[sound]!;
      if (costs <= -floor || !(most + costs + gain[child]! > passing.limit)) continue;
      // The same phoneme again needs a blank between.
      const from = isRestedBetter || sound === own ? rested : spoken;
      const score = from.score[token]! + costs + gain[child]!;
      this.speak(child, token, from, score, costs, node === ROOT ? passing.row : from.row[token]!);
    }
  }

  /** The last phoneme of the word of a record. */
  private lastSound(record: number): number {
    const { tree } = this.options;
    return tree.phoneme[tree.end[this.trace.label[record]!]!]!;
  }

  private speak(node: number, token: number, from: Paths, score: number, sound: number, row: number): void {
    const { passing } = this;
    if (!(score > passing.limit)) return;
    const to = passing.next.at(node, passing.now.state[token]!);
    if (to < 0) return;
    passing.speak(to, score, from.record[token]!, from.text[token]!, NOTHING, row, from.nats[token]! + sound);
  }

  /** A token at whose node words end goes back to the root with each of them. */
  private endWords(token: number): void {
    const { passing, step } = this;
    const { tree, ahead, scorer } = this.options;
    const { next } = passing;
    const { spoken } = next;
    const node = next.node[token]!;
    const last = tree.firstWord[node + 1]!;
    if (tree.firstWord[node] === last || !(spoken.score[token]! > passing.limit)) return;
    const before = spoken.score[token]! - ahead[node]! + ahead[ROOT]!;
    for (let i = tree.firstWord[node]!; i < last; i++) {
      const word = tree.word[i]!;
      scorer.step(next.state[token]!, word, step);
      const score = before + step.score;
      if (!(score > passing.limit)) continue;
      const to = next.at(ROOT, step.state);
      if (to < 0) return;
      const text = mixText(spoken.text[token]!, word);
      passing.speak(to, score, spoken.record[token]!, text, i, spoken.row[token]!, spoken.nats[token]!);
    }
  }

  /**
   * Two hypotheses of other words may stand at the root in the same state, one just spoken and one at rest: the worse one is an
   * alternative of the better.
   */
  private meet(): void {
    const { now, trace, row } = this.passing;
    const { spoken, rested } = now;
    for (let token = 0; token < now.count; token++) {
      const apart = spoken.score[token]! - rested.score[token]!;
      if (now.node[token] !== ROOT || !(Math.abs(apart) <= ALTERNATIVE_NATS)) continue;
      const [said, before] = [spoken.record[token]!, rested.record[token]!];
      // Only what has been spoken in this row is new.
      if (said < 0 || before < 0 || trace.madeRow[said] !== row - 1 || trace.text[said] === trace.text[before])
        continue;
      if (apart > 0) trace.addAlternative(said, before, apart);
      else trace.addAlternative(before, said, -apart);
    }
  }
}
