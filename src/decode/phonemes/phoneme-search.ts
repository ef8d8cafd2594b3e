// Token passing (Young, Russell, Thornton 1989) through a phoneme network by CTC's rules: a phoneme may last for rows, blanks
// may follow it, and the same phoneme again needs a blank between. The best way into each node is kept, within a beam. Beside
// the network there is a background: before a phrase, and after one, any phonemes may be heard, each at a price.
//
// Nothing is allocated in a row but records of phonemes, which are collected from time to time.

import { Meetings } from "./meetings.ts";
import type { PhonemeNetwork } from "./phoneme-network.ts";
import { ANY_PHONEME } from "./pronounced-network.ts";
import type { SoundRow } from "./sound-row.ts";
import { NONE, Tokens } from "./tokens.ts";
import { NO_RECORD, Trace } from "./trace.ts";

export interface SearchOptions {
  /** Index of the blank. */
  readonly blank: number;
  /** Hypotheses further behind the best than this, in nats, are given up. */
  readonly beam: number;
  /** Nodes that may stay alive from row to row. */
  readonly mostActive: number;
  /** What a phoneme outside of the phrases costs, in nats. */
  readonly backgroundPenalty: number;
  /** Whether any phonemes may be heard before a phrase, and after one. */
  readonly before: boolean;
  readonly after: boolean;
}

/** A hypothesis that is a whole utterance, or on its way to one. */
export interface Reached {
  readonly score: number;
  /** The same before the background behind its phrase. */
  readonly phraseScore: number;
  readonly record: number;
  /** The row behind its last phoneme's last row. */
  readonly end: number;
}

/** Nodes that a row may touch before it is pruned; the rest are dropped. */
const CAPACITY = 16384;
/** Records between collections. */
const COLLECT_EVERY = 30_000;
/** Steps in which the beam narrows where too many nodes are alive. */
const BINS = 64;

/** Mixes a phoneme into what has been heard. */
const mix = (history: number, phoneme: number) => Math.imul(history ^ (phoneme + 1), 0x01000193) ^ (history >>> 15);

export class PhonemeSearch {
  readonly trace = new Trace();
  private readonly network: PhonemeNetwork;
  private readonly options: SearchOptions;
  private now = new Tokens(CAPACITY);
  private next = new Tokens(CAPACITY);
  private readonly slotOf: Int32Array;
  private readonly slotNow = new Int32Array(CAPACITY);
  private readonly meetings = new Meetings();
  private readonly bins = new Int32Array(BINS);
  private row = 0;
  private best = 0;
  /** Hearing only background so far; and phonemes after a whole phrase. */
  private before = 0;
  private after: Reached | null = null;
  /** Nothing has been said since all hypotheses came to rest. */
  private isResting = false;
  private collectAt = COLLECT_EVERY;

  constructor(network: PhonemeNetwork, options: SearchOptions) {
    this.network = network;
    this.options = options;
    this.slotOf = new Int32Array(network.nodes).fill(-1);
    this.restart(0);
  }

  /** Begins an utterance with row `row`. */
  restart(row: number): void {
    this.row = row;
    this.now.count = 0;
    this.trace.clear();
    this.collectAt = COLLECT_EVERY;
    this.before = 0;
    this.after = null;
    this.best = 0;
    this.isResting = false;
    const start = this.now.add(0);
    this.now.rested[start] = 0;
    this.now.restedEnd[start] = row;
    this.now.restedHistory[start] = 0;
  }

  /** Nodes alive. */
  get active(): number {
    return this.now.count;
  }

  /** Takes the next row. */
  accept(sounds: SoundRow): void {
    if (sounds.isSilent && this.isResting) {
      this.row++;
      return;
    }
    const price = sounds.isOnset ? this.options.backgroundPenalty : 0;
    this.before = this.options.before ? this.before - price : NONE;
    this.best = this.before;
    this.passEnds(price);
    const { now, next } = this;
    next.count = 0;
    for (let i = 0; i < now.count; i++) {
      if (this.network.phoneme[now.node[i]!] === ANY_PHONEME) this.passAny(i, sounds, price);
      else this.pass(i, sounds);
      this.leave(i, sounds, price);
    }
    this.enter();
    this.prune();
    this.row++;
    this.isResting = sounds.isSilent;
    if (this.trace.size > this.collectAt) this.collect();
  }

  /** Whole utterances, the best first. */
  ends(): Reached[] {
    const { endWeight, state } = this.network;
    const ends: Reached[] = [];
    if (this.after) ends.push(this.after);
    for (let i = 0; i < this.now.count; i++) {
      const weight = endWeight[state[this.now.node[i]!]!]!;
      const reached = weight > NONE && this.now.node[i] !== 0 ? this.reached(i, weight) : null;
      if (reached) ends.push(reached);
    }
    return ends.sort((a, b) => b.score - a.score);
  }

  /** The best hypothesis: whole or not; null while it is that nothing of the network has been said. */
  leader(): Reached | null {
    let leader = this.after;
    for (let i = 0; i < this.now.count; i++) {
      const reached = this.reached(i, 0);
      if (reached && reached.record >= 0 && !(reached.score <= (leader?.score ?? NONE))) leader = reached;
    }
    return leader && leader.score > this.before ? leader : null;
  }

  /** The score of hearing only background, or NONE where there is none. */
  get background(): number {
    return this.before;
  }

  /** The last record that all hypotheses share; NO_RECORD where they share none. */
  shared(): number {
    const { now, trace } = this;
    if (this.before >= this.best - this.options.beam) return NO_RECORD;
    let shared: number | null = this.after ? this.after.record : null;
    const meet = (record: number) => {
      if (shared === null) shared = record;
      let [one, other]: [number, number] = [shared, record];
      // Records before others have smaller numbers.
      while (one !== other) {
        if (one > other) one = trace.before[one]!;
        else other = trace.before[other]!;
      }
      shared = one;
    };
    for (let i = 0; i < now.count; i++) {
      if (now.spoken[i]! > NONE) meet(now.spokenRecord[i]!);
      if (now.rested[i]! > NONE) meet(now.restedRecord[i]!);
    }
    return shared ?? NO_RECORD;
  }

  private reached(i: number, weight: number): Reached | null {
    const { now } = this;
    const [spoken, rested] = [now.spoken[i]!, now.rested[i]!];
    if (spoken === NONE && rested === NONE) return null;
    const score = Math.max(spoken, rested) + weight;
    return spoken > rested
      ? { score, phraseScore: score, record: now.spokenRecord[i]!, end: now.spokenEnd[i]! }
      : { score, phraseScore: score, record: now.restedRecord[i]!, end: now.restedEnd[i]! };
  }

  /** Lets whole phrases go over into the background behind them. */
  private passEnds(price: number): void {
    if (!this.options.after) return;
    const { now, trace } = this;
    const { endWeight, state } = this.network;
    let after = this.after;
    for (let i = 0; i < now.count; i++) {
      const weight = endWeight[state[now.node[i]!]!]!;
      if (weight === NONE || now.node[i] === 0) continue;
      const end = this.reached(i, weight);
      if (!end || end.score < this.best + price - this.options.beam) continue;
      if (!after) {
        after = end;
        continue;
      }
      // Of equals the later one: its last phoneme may have gone on.
      const [winner, loser] = end.score >= after.score ? [end, after] : [after, end];
      const isOther = trace.history[winner.record] !== trace.history[loser.record];
      if (isOther) trace.addAlternative(winner.record, loser.record, winner.score - loser.score);
      after = winner;
    }
    this.after = after && { ...after, score: after.score - price };
    if (this.after) this.best = Math.max(this.best, this.after.score);
    if (this.after && this.after.score < this.best - this.options.beam) this.after = null;
  }

  /** A hypothesis goes on in its own node: with its phoneme, or at rest. */
  private pass(i: number, sounds: SoundRow): void {
    const { now } = this;
    const node = now.node[i]!;
    const spoken = now.spoken[i]!;
    const blank = sounds.behind[this.options.blank]!;
    const threshold = this.best - this.options.beam;
    if (spoken > NONE) {
      const stays = spoken + sounds.behind[this.network.phoneme[node]!]!;
      if (!sounds.isSilent && stays > threshold) this.stay(i, stays, this.row + 1);
      if (spoken + blank > threshold) {
        this.rest(node, spoken + blank, now.spokenRecord[i]!, now.spokenEnd[i]!, now.spokenHistory[i]!);
      }
    }
    if (now.rested[i]! + blank > threshold) {
      this.rest(node, now.rested[i]! + blank, now.restedRecord[i]!, now.restedEnd[i]!, now.restedHistory[i]!);
    }
  }

  /** The same where any phoneme may be spoken: each new one has its price. */
  private passAny(i: number, sounds: SoundRow, price: number): void {
    const score = this.now.spoken[i]! - price;
    if (score > this.best - this.options.beam) {
      this.stay(i, score, sounds.isVoiced ? this.row + 1 : this.now.spokenEnd[i]!);
    }
  }

  /** A hypothesis goes over to the nodes that may follow. */
  private leave(i: number, sounds: SoundRow, price: number): void {
    const { now, network } = this;
    const { phoneme, state, firstArc, arcTo, arcWeight } = network;
    if (sounds.isSilent) return;
    const node = now.node[i]!;
    const own = phoneme[node]!;
    const [spoken, rested] = [now.spoken[i]!, now.rested[i]!];
    const most = Math.max(spoken, rested);
    const last = firstArc[state[node]! + 1]!;
    for (let arc = firstArc[state[node]!]!; arc < last; arc++) {
      const to = arcTo[arc]!;
      const sound = phoneme[to]!;
      const isAny = sound === ANY_PHONEME;
      if (isAny && !sounds.isOnset) continue;
      const costs = (isAny ? -price : sounds.behind[sound]!) + (arcWeight ? arcWeight[arc]! : 0);
      if (most + costs <= this.best - this.options.beam) continue;
      // The same phoneme again needs a blank between; a run of any phonemes is one.
      const fromRested = rested >= spoken || sound === own;
      const before = fromRested ? rested : spoken;
      if (before + costs <= this.best - this.options.beam) continue;
      const slot = this.touch(to);
      if (slot < 0) continue;
      const record = fromRested ? now.restedRecord[i]! : now.spokenRecord[i]!;
      const end = fromRested ? now.restedEnd[i]! : now.spokenEnd[i]!;
      const history = mix(fromRested ? now.restedHistory[i]! : now.spokenHistory[i]!, sound);
      this.speak(slot, before + costs, record, 1, end, before, history);
    }
  }

  private stay(i: number, score: number, end: number): void {
    const { now } = this;
    const slot = this.touch(now.node[i]!);
    if (slot >= 0) this.speak(slot, score, now.spokenRecord[i]!, 0, end, 0, now.spokenHistory[i]!);
  }

  /** Offers a hypothesis to those that have spoken a node's phoneme. */
  private speak(
    slot: number,
    score: number,
    record: number,
    isNew: number,
    end: number,
    scoreBefore: number,
    history: number,
  ): void {
    const { next: t, meetings } = this;
    const other = t.spoken[slot]!;
    if (score <= other) {
      if (t.spokenHistory[slot] !== history)
        meetings.add(slot, false, other - score, score, record, isNew, end, scoreBefore, history);
      return;
    }
    if (other > NONE && t.spokenHistory[slot] !== history) {
      meetings.add(
        slot,
        false,
        score - other,
        other,
        t.spokenRecord[slot]!,
        t.isNew[slot]!,
        t.spokenEnd[slot]!,
        t.scoreBefore[slot]!,
        t.spokenHistory[slot]!,
      );
    }
    t.spoken[slot] = score;
    t.spokenRecord[slot] = record;
    t.isNew[slot] = isNew;
    t.spokenEnd[slot] = end;
    t.scoreBefore[slot] = scoreBefore;
    t.spokenHistory[slot] = history;
    if (score > this.best) this.best = score;
  }

  /** Offers a hypothesis to those that rest behind a node's phoneme. */
  private rest(node: number, score: number, record: number, end: number, history: number): void {
    const { next: t, meetings } = this;
    const slot = this.touch(node);
    if (slot < 0) return;
    const other = t.rested[slot]!;
    const isOther = other > NONE && t.restedHistory[slot] !== history;
    if (score <= other) {
      if (isOther) meetings.add(slot, true, other - score, score, record, 0, end, 0, history);
      return;
    }
    if (isOther) {
      const { restedRecord, restedEnd, restedHistory } = t;
      meetings.add(slot, true, score - other, other, restedRecord[slot]!, 0, restedEnd[slot]!, 0, restedHistory[slot]!);
    }
    t.rested[slot] = score;
    t.restedRecord[slot] = record;
    t.restedEnd[slot] = end;
    t.restedHistory[slot] = history;
    if (score > this.best) this.best = score;
  }

  /** A phrase may begin after any background. */
  private enter(): void {
    if (this.before < this.best - this.options.beam) return;
    const slot = this.touch(0);
    if (slot < 0 || !(this.before > this.next.rested[slot]!)) return;
    this.next.rested[slot] = this.before;
    this.next.restedRecord[slot] = NO_RECORD;
    this.next.restedEnd[slot] = this.row + 1;
    this.next.restedHistory[slot] = 0;
  }

  private touch(node: number): number {
    const known = this.slotOf[node]!;
    if (known >= 0) return known;
    const slot = this.next.add(node);
    this.slotOf[node] = slot;
    return slot;
  }

  /** Drops what is out of the beam, and makes records for what is left. */
  private prune(): void {
    const { next, trace, slotNow } = this;
    const threshold = this.threshold();
    let kept = 0;
    for (let slot = 0; slot < next.count; slot++) {
      this.slotOf[next.node[slot]!] = -1;
      if (next.spoken[slot]! < threshold) next.spoken[slot] = NONE;
      if (next.rested[slot]! < threshold) next.rested[slot] = NONE;
      if (next.spoken[slot] === NONE && next.rested[slot] === NONE) {
        slotNow[slot] = -1;
        continue;
      }
      if (next.spoken[slot]! > NONE && next.isNew[slot] === 1) {
        const { node, spokenRecord, spokenEnd, scoreBefore, spokenHistory } = next;
        spokenRecord[slot] = trace.add(
          spokenRecord[slot]!,
          node[slot]!,
          this.row,
          spokenEnd[slot]!,
          scoreBefore[slot]!,
          spokenHistory[slot]!,
        );
        spokenEnd[slot] = this.row + 1;
      }
      slotNow[slot] = kept;
      next.move(slot, kept++);
    }
    next.count = kept;
    this.meetings.settle(next, slotNow, trace, this.row);
    [this.now, this.next] = [next, this.now];
  }

  /** The score below which hypotheses are dropped: the beam's, or a higher one where too many are alive. */
  private threshold(): number {
    const { next, bins } = this;
    const { beam, mostActive } = this.options;
    if (next.count <= mostActive) return this.best - beam;
    bins.fill(0);
    for (let slot = 0; slot < next.count; slot++) {
      const behind = this.best - Math.max(next.spoken[slot]!, next.rested[slot]!);
      bins[Math.min(BINS - 1, Math.floor((behind * BINS) / beam))]!++;
    }
    let bin = 0;
    for (let count = bins[0]!; count <= mostActive && bin < BINS - 1; count += bins[bin]!) bin++;
    return this.best - (beam * Math.max(1, bin)) / BINS;
  }

  private collect(): void {
    const { now, trace } = this;
    const live = new Int32Array(2 * now.count + 1);
    live.set(now.spokenRecord.subarray(0, now.count));
    live.set(now.restedRecord.subarray(0, now.count), now.count);
    for (let i = 0; i < now.count; i++) {
      if (now.spoken[i] === NONE) live[i] = NO_RECORD;
      if (now.rested[i] === NONE) live[now.count + i] = NO_RECORD;
    }
    live[2 * now.count] = this.after?.record ?? NO_RECORD;
    trace.collect(live);
    now.spokenRecord.set(live.subarray(0, now.count));
    now.restedRecord.set(live.subarray(now.count, 2 * now.count));
    if (this.after) this.after = { ...this.after, record: live[2 * now.count]! };
    this.collectAt = trace.size + COLLECT_EVERY;
  }
}
