// The search for words in rows of phonemes: tokens walk the word tree by CTC's rules (Graves et al. 2006), and where a word ends
// the scorer tells what it brings. Paths are compared, not summed: scores need no more than sums, so the result is the same on
// every engine, and however the audio is cut. Nothing is allocated in a row but links of words, which are collected.

import type { SoundRow } from "../phonemes/sound-row.ts";
import { History, NOTHING } from "./history.ts";
import { ALTERNATIVE_BEAM, LostWords } from "./lost-words.ts";
import { NONE, TokenSet } from "./token-set.ts";
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

/** A hypothesis: its score, its last whole word, and whether it is not in the middle of another. */
export interface Hypothesis {
  readonly score: number;
  readonly link: number;
  readonly isWhole: boolean;
}

/** Tokens that a row may touch before it is pruned; the rest are dropped. */
const CAPACITY = 16384;
/** Links between collections. */
const COLLECT_EVERY = 8192;
/** Steps in which the beam narrows where too many tokens are alive. */
const BINS = 128;
const ROOT = 0;

export class WordSearch {
  readonly history = new History();
  private readonly options: WordSearchOptions;
  /** What a node brings when it is entered: how much less may be expected below it than below its parent. */
  private readonly gain: Float32Array;
  private now = new TokenSet(CAPACITY);
  private next = new TokenSet(CAPACITY);
  private readonly step: ScoredWord = { score: 0, state: 0 };
  private readonly bins = new Int32Array(BINS);
  private row = 0;
  /** Of the row that is being made: the best score, and the one below which hypotheses are given up. */
  private best = 0;
  private limit = NONE;
  private collectAt = COLLECT_EVERY;
  /** The link behind which the utterance begins: what is before it has been told. */
  private told = NOTHING;
  private isResting = false;
  /** Words that have ended at the root and lost there in this row. */
  private readonly lost = new LostWords(CAPACITY);

  constructor(options: WordSearchOptions) {
    this.options = options;
    const { tree, ahead } = options;
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
    this.row = row;
    this.history.clear();
    this.collectAt = COLLECT_EVERY;
    this.told = NOTHING;
    this.isResting = false;
    const { now } = this;
    now.clear();
    const start = now.at(ROOT, this.options.scorer.start);
    now.rested[start] = 0;
    now.restedSound[start] = 0;
    now.restedLink[start] = NOTHING;
    now.closeTable();
  }

  /** Tokens alive. */
  get active(): number {
    return this.now.count;
  }

  /** Takes the next row. */
  accept(sounds: SoundRow): void {
    // What follows the first certain blank changes nothing any more.
    if (sounds.isSilent && this.isResting) {
      this.row++;
      return;
    }
    const { now, next } = this;
    next.count = 0;
    this.best = NONE;
    this.limit = NONE;
    for (let token = 0; token < now.count; token++) {
      this.stay(token, sounds.behind);
      if (!sounds.isSilent) this.leave(token, sounds.behind);
    }
    const count = next.count;
    for (let token = 0; token < count; token++) this.endWords(token);
    next.closeTable();
    this.prune();
    this.row++;
    this.isResting = sounds.isSilent;
    [this.now, this.next] = [next, now];
    if (this.history.size > this.collectAt) this.collect();
  }

  /** The best hypothesis, be its last word whole or not. */
  leader(): Hypothesis {
    const { now } = this;
    let leader = 0;
    for (let token = 1; token < now.count; token++) if (now.score(token) > now.score(leader)) leader = token;
    return { score: now.score(leader), link: now.link(leader), isWhole: now.node[leader] === ROOT };
  }

  /** Hypotheses of whole words as whole utterances, the best first. */
  ends(): Hypothesis[] {
    const { now } = this;
    const { scorer } = this.options;
    const ends: Hypothesis[] = [];
    for (let token = 0; token < now.count; token++) {
      if (now.node[token] !== ROOT) continue;
      ends.push({ score: now.score(token) + scorer.end(now.state[token]!), link: now.link(token), isWhole: true });
    }
    return ends.sort((a, b) => b.score - a.score);
  }

  /** The last link that all hypotheses share. */
  shared(): number {
    const { now, history } = this;
    let shared = now.link(0);
    for (let token = 0; token < now.count && shared > this.told; token++) {
      if (now.spoken[token]! > NONE) shared = history.common(shared, now.spokenLink[token]!);
      if (now.rested[token]! > NONE) shared = history.common(shared, now.restedLink[token]!);
    }
    return shared;
  }

  /** The link behind which the utterance begins; NOTHING at the stream's start. */
  get toldLink(): number {
    return this.told;
  }

  /** Links of the utterance up to one. */
  linksOf(link: number): number[] {
    return this.history.linksOf(link, this.told);
  }

  /** Ends the utterance with a link: hypotheses that say something else up to there are given up, the others go on. */
  tell(link: number): void {
    const { now, history } = this;
    let kept = 0;
    const leadsOn = (last: number) => {
      let at = last;
      while (at > link) at = history.before[at]!;
      return at === link;
    };
    for (let token = 0; token < now.count; token++) {
      if (now.spoken[token]! > NONE && !leadsOn(now.spokenLink[token]!)) now.spoken[token] = NONE;
      if (now.rested[token]! > NONE && !leadsOn(now.restedLink[token]!)) now.rested[token] = NONE;
      if (now.score(token) > NONE) now.move(token, kept++);
    }
    now.count = kept;
    this.told = link;
  }

  /** A hypothesis stays at its node: with the phoneme going on, or with a blank. */
  private stay(token: number, behind: Float64Array): void {
    const { now, next } = this;
    const node = now.node[token]!;
    const spoken = now.spoken[token]!;
    const rested = now.rested[token]!;
    const blank = behind[this.options.blank]!;
    const isSpoken = spoken > rested;
    const score = (isSpoken ? spoken : rested) + blank;
    if (score > this.limit) {
      const to = next.at(node, now.state[token]!);
      if (to >= 0 && score > next.rested[to]!) {
        next.rested[to] = score;
        next.restedSound[to] = (isSpoken ? now.spokenSound[token]! : now.restedSound[token]!) + blank;
        next.restedLink[to] = isSpoken ? now.spokenLink[token]! : now.restedLink[token]!;
        next.restedStart[to] = isSpoken ? now.spokenStart[token]! : now.restedStart[token]!;
        this.raise(score);
      }
    }
    // A word that is going on ends anew in every row of its last phoneme.
    if (node === ROOT) return;
    const going = behind[this.options.tree.phoneme[node]!]!;
    if (spoken + going > this.limit) {
      this.speak(
        node,
        now.state[token]!,
        spoken + going,
        now.spokenSound[token]! + going,
        now.spokenLink[token]!,
        now.spokenStart[token]!,
      );
    }
  }

  /** A hypothesis goes over to the nodes below its own. */
  private leave(token: number, behind: Float64Array): void {
    const { now, gain } = this;
    const { tree, floor } = this.options;
    const { phoneme, firstChild } = tree;
    const node = now.node[token]!;
    const state = now.state[token]!;
    const spoken = now.spoken[token]!;
    const rested = now.rested[token]!;
    const own = node === ROOT ? now.phoneme[token]! : phoneme[node]!;
    const most = Math.max(spoken, rested);
    const end = firstChild[node + 1]!;
    for (let child = firstChild[node]!; child < end; child++) {
      const sound = phoneme[child]!;
      const costs = behind[sound]!;
      if (costs <= -floor || !(most + costs + gain[child]! > this.limit)) continue;
      // The same phoneme again needs a blank between.
      const fromRested = rested >= spoken || sound === own;
      const score = (fromRested ? rested : spoken) + costs + gain[child]!;
      if (!(score > this.limit)) continue;
      const total = (fromRested ? now.restedSound[token]! : now.spokenSound[token]!) + costs;
      const start = node === ROOT ? this.row : fromRested ? now.restedStart[token]! : now.spokenStart[token]!;
      this.speak(child, state, score, total, fromRested ? now.restedLink[token]! : now.spokenLink[token]!, start);
    }
  }

  private speak(node: number, state: number, score: number, sound: number, link: number, start: number): void {
    const { next } = this;
    const to = next.at(node, state);
    if (to < 0 || score <= next.spoken[to]!) return;
    next.spoken[to] = score;
    next.spokenSound[to] = sound;
    next.spokenLink[to] = link;
    next.spokenStart[to] = start;
    this.raise(score);
  }

  /** A token at whose node words end goes back to the root with each of them. */
  private endWords(token: number): void {
    const { next, step, lost } = this;
    const { tree, ahead, scorer, keepsAlternatives } = this.options;
    const node = next.node[token]!;
    const spoken = next.spoken[token]!;
    const last = tree.firstWord[node + 1]!;
    if (tree.firstWord[node] === last || !(spoken > this.limit)) return;
    const before = spoken - ahead[node]! + ahead[ROOT]!;
    const link = next.spokenLink[token]!;
    for (let i = tree.firstWord[node]!; i < last; i++) {
      const word = tree.word[i]!;
      scorer.step(next.state[token]!, word, step);
      const score = before + step.score;
      if (!(score > this.limit)) continue;
      const to = next.at(ROOT, step.state);
      if (to < 0) return;
      if (score <= next.spoken[to]!) {
        if (keepsAlternatives)
          lost.add(to, score, next.spokenSound[token]!, link, word, tree.depth[node]!, next.spokenStart[token]!);
        continue;
      }
      if (keepsAlternatives && next.ended[to] !== NOTHING) {
        lost.add(
          to,
          next.spoken[to]!,
          next.spokenSound[to]!,
          next.spokenLink[to]!,
          next.ended[to]!,
          next.sounds[to]!,
          next.spokenStart[to]!,
        );
      }
      next.spoken[to] = score;
      next.spokenSound[to] = next.spokenSound[token]!;
      next.spokenLink[to] = link;
      next.spokenStart[to] = next.spokenStart[token]!;
      next.phoneme[to] = tree.phoneme[node]!;
      next.ended[to] = word;
      next.sounds[to] = tree.depth[node]!;
      this.raise(score);
    }
  }

  private raise(score: number): void {
    if (score <= this.best) return;
    this.best = score;
    this.limit = score - this.options.beam;
  }

  /** Drops what is out of the beam, and makes links of the words that have ended in what is left. */
  private prune(): void {
    const { next, history, lost, row } = this;
    const limit = this.narrowed();
    let kept = 0;
    for (let token = 0; token < next.count; token++) {
      if (next.spoken[token]! <= limit) next.spoken[token] = NONE;
      if (next.rested[token]! <= limit) next.rested[token] = NONE;
      const { spoken, spokenSound, spokenLink, spokenStart, ended, sounds } = next;
      const isWord = ended[token] !== NOTHING && spoken[token]! > NONE;
      if (isWord) {
        const score = spoken[token]!;
        const before = spokenLink[token]!;
        spokenLink[token] = history.add(
          before,
          ended[token]!,
          sounds[token]!,
          spokenStart[token]!,
          row + 1,
          score,
          spokenSound[token]!,
        );
        lost.settle(token, spokenLink[token]!, score, history, row);
        if (next.rested[token]! > NONE && this.options.keepsAlternatives) this.meet(token);
      }
      ended[token] = NOTHING;
      if (spoken[token] === NONE && next.rested[token] === NONE) continue;
      if (kept !== token) next.move(token, kept);
      kept++;
    }
    lost.clear();
    next.count = kept;
  }

  /** Two hypotheses of other words at the root, one just spoken and one at rest: the worse one is an alternative of the better. */
  private meet(token: number): void {
    const { next, history } = this;
    const spoken = next.spokenLink[token]!;
    const rested = next.restedLink[token]!;
    if (rested < 0 || history.text[spoken] === history.text[rested]) return;
    const apart = next.spoken[token]! - next.rested[token]!;
    if (Math.abs(apart) > ALTERNATIVE_BEAM) return;
    if (apart > 0) history.addAlternative(spoken, rested, apart);
    else history.addAlternative(rested, spoken, -apart);
  }

  /** The score below which hypotheses are dropped: the beam's, or a higher one where too many are alive. */
  private narrowed(): number {
    const { next, bins } = this;
    const { beam, mostTokens } = this.options;
    if (next.count <= mostTokens) return this.limit;
    bins.fill(0);
    for (let token = 0; token < next.count; token++) {
      const bin = Math.floor(((this.best - next.score(token)) * BINS) / beam);
      if (bin < BINS) bins[bin]!++;
    }
    let bin = 0;
    for (let count = bins[0]!; count <= mostTokens && bin < BINS - 1; count += bins[bin]!) bin++;
    return this.best - (beam * Math.max(1, bin)) / BINS;
  }

  private collect(): void {
    const { now, history } = this;
    const { count, spoken, rested } = now;
    for (let token = 0; token < count; token++) {
      if (spoken[token] === NONE) now.spokenLink[token] = NOTHING;
      if (rested[token] === NONE) now.restedLink[token] = NOTHING;
    }
    const told = Int32Array.of(this.told);
    history.collect([now.spokenLink.subarray(0, count), now.restedLink.subarray(0, count), told]);
    this.told = told[0]!;
    this.collectAt = history.size + COLLECT_EVERY;
  }
}
