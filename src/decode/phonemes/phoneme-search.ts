// Token passing (Young, Russell, Thornton 1989) through a phoneme network by CTC's rules: a phoneme may last for rows, blanks
// may follow it, and the same phoneme again needs a blank between. The best way into each node is kept, within a beam. Beside
// the network there is a background: before a phrase, and after one, any phonemes may be heard, each at a price. Where the network lets
// any words be dictated, tokens walk a tree of words: its nodes stand behind those of the network, once for each such place.
//
// In the trace, a record is a phoneme: its label is the node, and it keeps the row behind the last one of the phoneme before, and the
// score before it. What is dictated is a record of its place, kept in the same way, and one for each of its words (word-walk.ts), whose
// labels stand behind the network's nodes.

import { TIE, type WalkedWords } from "../dictation/word-walk.ts";
import { NONE, NOTHING, type Paths } from "../tokens/paths.ts";
import { TokenPassing } from "../tokens/token-passing.ts";
import { mixText } from "../tokens/trace.ts";
import { DictatedPlaces, type DictatedWord } from "./dictated-places.ts";
import type { PhonemeNetwork } from "./phoneme-network.ts";
import { ANY_PHONEME, DICTATED } from "./pronounced-network.ts";
import type { SoundRow } from "./sound-row.ts";

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
  /** What may be dictated, where the network has places for it. */
  readonly words?: WalkedWords | null;
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

/** A hypothesis further behind than this in nats is no alternative. */
const ALTERNATIVE_NATS = 12;
const START = 0;

export class PhonemeSearch {
  private readonly network: PhonemeNetwork;
  private readonly options: SearchOptions;
  private readonly passing: TokenPassing;
  /** Hearing only background so far; and phonemes after a whole phrase. */
  private before = 0;
  private after: Reached | null = null;
  /** Nothing has been said since all hypotheses came to rest. */
  private isResting = false;
  private readonly places: DictatedPlaces | null;

  constructor(network: PhonemeNetwork, options: SearchOptions) {
    this.network = network;
    this.options = options;
    const { beam, mostActive } = options;
    this.passing = new TokenPassing({ beam, mostTokens: mostActive, alternativeNats: ALTERNATIVE_NATS });
    const { words = null, blank } = options;
    this.places = words && new DictatedPlaces(network, words, this.passing, blank);
    this.restart(0);
  }

  /** Begins an utterance with row `row`. */
  restart(row: number): void {
    this.passing.restart(row, START, 0);
    this.before = 0;
    this.after = null;
    this.isResting = false;
  }

  /** Where hypotheses come from. */
  get trace() {
    return this.passing.trace;
  }

  /** Nodes alive. */
  get active(): number {
    return this.passing.now.count;
  }

  /** Takes the next row. */
  accept(sounds: SoundRow): void {
    const { passing, network } = this;
    if (sounds.isSilent && this.isResting) {
      passing.row++;
      return;
    }
    const price = sounds.isOnset ? this.options.backgroundPenalty : 0;
    this.before = this.options.before ? this.before - price : NONE;
    passing.begin(this.before);
    this.passEnds(price);
    const { now } = passing;
    for (let token = 0; token < now.count; token++) {
      const node = now.node[token]!;
      if (node >= network.nodes) this.places!.pass(token, sounds);
      else if (network.phoneme[node] === ANY_PHONEME) this.passAny(token, sounds, price);
      else this.pass(token, sounds);
      if (!sounds.isSilent) this.leave(token, sounds, price);
    }
    this.places?.endWords();
    this.enter();
    passing.end();
    this.isResting = sounds.isSilent;
    const own = Int32Array.of(this.after?.record ?? NOTHING);
    passing.collect(own);
    if (this.after && this.after.record !== own[0]) this.after = { ...this.after, record: own[0]! };
  }

  /** Whole utterances, the best first. */
  ends(): Reached[] {
    const { now } = this.passing;
    const ends: Reached[] = [];
    if (this.after) ends.push(this.after);
    for (let token = 0; token < now.count; token++) {
      const weight = this.endWeight(now.node[token]!);
      if (weight > NONE) ends.push(this.reached(token, weight));
    }
    return ends.sort((a, b) => b.score - a.score);
  }

  /** The best hypothesis: whole or not; null while it is that nothing of the network has been said. */
  leader(): Reached | null {
    let leader = this.after;
    let most = (leader?.score ?? NONE) + TIE;
    const { now } = this.passing;
    for (let token = 0; token < now.count; token++) {
      const reached = this.reached(token, 0);
      const score = reached.score + (this.stateAt(now.node[token]!) < 0 ? 0 : TIE);
      if (reached.record >= 0 && score > most) [leader, most] = [reached, score];
    }
    return leader && leader.score > this.before ? leader : null;
  }

  /** The score of hearing only background, or NONE where there is none. */
  get background(): number {
    return this.before;
  }

  /** The last record that all hypotheses share; NOTHING where they share none. */
  shared(): number {
    if (this.before >= this.passing.limit) return NOTHING;
    return this.passing.shared(this.after ? this.after.record : null) ?? NOTHING;
  }

  private reached(token: number, weight: number): Reached {
    const { score, record, row } = this.passing.now.better(token);
    const total = score[token]! + weight;
    return { score: total, phraseScore: total, record: record[token]!, end: row[token]! };
  }

  /** The state of the network that a token's node has reached; -1 within a word that is being dictated. */
  private stateAt(node: number): number {
    const { nodes, state } = this.network;
    const place = node < nodes ? node : this.places!.placeAt(node);
    return place < 0 ? -1 : state[place]!;
  }

  /** What it weighs that an utterance ends at a node; NONE where none may. */
  private endWeight(node: number): number {
    const state = node === START ? -1 : this.stateAt(node);
    return state < 0 ? NONE : this.network.endWeight[state]!;
  }

  /** Lets whole phrases go over into the background behind them. */
  private passEnds(price: number): void {
    if (!this.options.after) return;
    const { passing } = this;
    const { now, trace } = passing;
    let after = this.after;
    for (let token = 0; token < now.count; token++) {
      const weight = this.endWeight(now.node[token]!);
      if (weight === NONE) continue;
      const end = this.reached(token, weight);
      if (end.score < passing.limit + price) continue;
      if (!after) {
        after = end;
        continue;
      }
      // Of equals the later one: its last phoneme may have gone on.
      const [winner, loser] = end.score >= after.score ? [end, after] : [after, end];
      const isOther = trace.text[winner.record] !== trace.text[loser.record];
      if (isOther) trace.addAlternative(winner.record, loser.record, winner.score - loser.score);
      after = winner;
    }
    this.after = after && { ...after, score: after.score - price };
    if (!this.after) return;
    passing.raise(this.after.score);
    if (this.after.score < passing.limit) this.after = null;
  }

  /** A hypothesis goes on in its own node: with its phoneme, or at rest. */
  private pass(token: number, sounds: SoundRow): void {
    const { passing } = this;
    const { spoken, rested, node } = passing.now;
    const own = node[token]!;
    const blank = sounds.behind[this.options.blank]!;
    if (spoken.score[token]! > NONE) {
      const stays = spoken.score[token]! + sounds.behind[this.network.phoneme[own]!]!;
      if (!sounds.isSilent && stays > passing.limit) this.stay(token, stays, passing.row + 1);
      this.rest(own, spoken.score[token]! + blank, spoken, token);
    }
    this.rest(own, rested.score[token]! + blank, rested, token);
  }

  /** The same where any phoneme may be spoken: each new one has its price. */
  private passAny(token: number, sounds: SoundRow, price: number): void {
    const { now, limit, row } = this.passing;
    const score = now.spoken.score[token]! - price;
    if (score > limit) this.stay(token, score, sounds.isVoiced ? row + 1 : now.spoken.row[token]!);
  }

  private stay(token: number, score: number, end: number): void {
    const { passing } = this;
    const { node, spoken } = passing.now;
    const to = passing.next.at(node[token]!, 0);
    if (to >= 0) passing.speak(to, score, spoken.record[token]!, spoken.text[token]!, NOTHING, end, 0);
  }

  private rest(node: number, score: number, { record, text, row }: Paths, token: number): void {
    const { passing } = this;
    if (!(score > passing.limit)) return;
    const to = passing.next.at(node, 0);
    if (to >= 0) passing.rest(to, score, record[token]!, text[token]!, row[token]!, 0);
  }

  /** A hypothesis goes over to the nodes that may follow. */
  private leave(token: number, sounds: SoundRow, price: number): void {
    const { network, passing } = this;
    const { phoneme, firstArc, arcTo, arcWeight } = network;
    const { node, spoken, rested } = passing.now;
    const at = this.stateAt(node[token]!);
    if (at < 0) return;
    const isRestedBetter = rested.score[token]! >= spoken.score[token]!;
    const isDictated = node[token]! >= network.nodes;
    // Of a path at rest nothing depends on its last phoneme.
    const own = !isDictated ? phoneme[node[token]!]! : isRestedBetter ? ANY_PHONEME : this.places!.lastSound(token);
    const most = isRestedBetter ? rested.score[token]! : spoken.score[token]!;
    const last = firstArc[at + 1]!;
    for (let arc = firstArc[at]!; arc < last; arc++) {
      const to = arcTo[arc]!;
      const sound = phoneme[to]!;
      if (sound === DICTATED) {
        this.places?.enter(token, own, to, arcWeight ? arcWeight[arc]! : 0, sounds.behind);
        continue;
      }
      const isAny = sound === ANY_PHONEME;
      if (isAny && !sounds.isOnset) continue;
      const costs = (isAny ? -price : sounds.behind[sound]!) + (arcWeight ? arcWeight[arc]! : 0);
      if (most + costs <= passing.limit) continue;
      // The same phoneme again needs a blank between; a run of any phonemes is one.
      const from = isRestedBetter || sound === own ? rested : spoken;
      const before = from.score[token]!;
      if (before + costs <= passing.limit) continue;
      const entered = passing.next.at(to, 0);
      if (entered < 0) continue;
      const text = mixText(from.text[token]!, sound);
      passing.speak(entered, before + costs, from.record[token]!, text, to, from.row[token]!, before);
    }
  }

  /** Of a record: the word that was dictated; null where it is none. */
  readonly dictated = (record: number): DictatedWord | null => this.places?.wordOf(record) ?? null;

  /** A phrase may begin after any background. */
  private enter(): void {
    const { passing, before } = this;
    if (before < passing.limit) return;
    const to = passing.next.at(START, 0);
    if (to < 0 || !(before > passing.next.rested.score[to]!)) return;
    passing.next.rested.set(to, before, NOTHING, 0, NOTHING, passing.row + 1, 0);
  }
}
