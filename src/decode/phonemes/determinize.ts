// The subset construction: positions that the same sounds lead to become one state, so that phrases share their beginnings.
//
// Alternatives of different weights are kept apart, as if their phonemes were different ones: then no weight has to be moved
// along the arcs, and the construction ends wherever it ends without weights. Some grammars have exponentially many subsets; when
// the work grows out of proportion, every position becomes a state of its own instead, and the search does the rest.

import { FoldvoxError } from "../../errors.ts";
import { IntList } from "./int-list.ts";
import type { PhonemeAutomaton } from "./phoneme-automaton.ts";
import type { PronouncedNetwork } from "./pronounced-network.ts";

/** A position in what is sorted: below it, phoneme and weight. */
const POSITION = 2 ** 22;
/** Positions looked at for each that there is, and at least, before subsets are given up. */
const WORK_PER_POSITION = 8;
const LEAST_WORK = 100_000;
/** Arcs that a network may have without sharing. */
const MOST_ARCS = 2_000_000;

/** Sets of positions, numbered as they are found. Each is the only one of its kind. */
class Subsets {
  /** The members of subset i are those from first[i] up to first[i + 1]. */
  readonly first = new IntList();
  readonly members = new IntList();
  private readonly singles: Int32Array;
  private table = new Int32Array(1024).fill(-1);
  private tabled = 0;

  constructor(positions: number) {
    this.singles = new Int32Array(positions).fill(-1);
    this.first.push(0);
  }

  get count(): number {
    return this.first.length - 1;
  }

  /** The number of a set given as sorted members from `from` to `to`. */
  number(sorted: ArrayLike<number>, from: number, to: number): number {
    if (to - from === 1) return this.single(sorted[from]!);
    if (this.tabled * 2 >= this.table.length) this.grow();
    let slot = hash(sorted, from, to) & (this.table.length - 1);
    for (; this.table[slot]! >= 0; slot = (slot + 1) & (this.table.length - 1)) {
      if (this.equals(this.table[slot]!, sorted, from, to)) return this.table[slot]!;
    }
    this.table[slot] = this.add(sorted, from, to);
    this.tabled++;
    return this.table[slot]!;
  }

  /** The number of the set of one position. */
  single(position: number): number {
    if (this.singles[position]! < 0) {
      this.members.push(position);
      this.singles[position] = this.first.push(this.members.length) - 2;
    }
    return this.singles[position]!;
  }

  private add(sorted: ArrayLike<number>, from: number, to: number): number {
    for (let i = from; i < to; i++) this.members.push(sorted[i]!);
    return this.first.push(this.members.length) - 2;
  }

  private equals(subset: number, sorted: ArrayLike<number>, from: number, to: number): boolean {
    const [starts, members] = [this.first.values, this.members.values];
    const first = starts[subset]!;
    if (starts[subset + 1]! - first !== to - from) return false;
    for (let i = from; i < to; i++) if (members[first + i - from] !== sorted[i]) return false;
    return true;
  }

  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 2).fill(-1);
    for (const subset of old) {
      if (subset < 0) continue;
      const { values } = this.first;
      let slot = hash(this.members.values, values[subset]!, values[subset + 1]!) & (this.table.length - 1);
      while (this.table[slot]! >= 0) slot = (slot + 1) & (this.table.length - 1);
      this.table[slot] = subset;
    }
  }
}

function hash(values: ArrayLike<number>, from: number, to: number): number {
  let mixed = 0x811c9dc5;
  for (let i = from; i < to; i++) mixed = Math.imul(mixed ^ values[i]!, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

class Construction {
  private readonly network: PronouncedNetwork;
  private readonly shares: boolean;
  private readonly subsets: Subsets;
  private readonly weights: number[] = [];
  private readonly weightNumber = new Map<number, number>();
  private readonly firstArc = new IntList();
  /** Phoneme, and number of the weight, of each arc. */
  private readonly arcLabel = new IntList();
  private readonly arcTo = new IntList();
  /** What leaves a subset: phoneme, number of its weight, and the position that is reached, in one number that sorts by them. */
  private leaving = new Float64Array(1024);
  private leavingCount = 0;
  /** The positions that one arc reaches. */
  private readonly reached = new IntList();
  private work = 0;

  /** `shares`: whether positions that the same sounds lead to become one state. */
  constructor(network: PronouncedNetwork, shares: boolean) {
    this.network = network;
    this.shares = shares;
    this.subsets = new Subsets(network.positions);
  }

  /** Null if sharing takes too much work. Errors: bad-argument, if not sharing does. */
  automaton(): PhonemeAutomaton | null {
    const { network, subsets } = this;
    const most = Math.max(LEAST_WORK, WORK_PER_POSITION * network.positions);
    const ends: [subset: number, weight: number][] = [];
    this.label(0, 0);
    this.firstArc.push(0);
    subsets.single(network.words.start);
    for (let subset = 0; subset < subsets.count; subset++) {
      const first = subsets.first.values[subset]!;
      const last = subsets.first.values[subset + 1]!;
      if (this.addSingle(subsets.members.values[first]!, last - first)) continue;
      this.leavingCount = 0;
      let end = Number.NEGATIVE_INFINITY;
      for (let i = first; i < last; i++) {
        const position = subsets.members.values[i]!;
        this.leave(position);
        if (position < network.words.states) end = Math.max(end, network.endWeight[position]!);
      }
      if (end > Number.NEGATIVE_INFINITY) ends.push([subset, end]);
      this.work += this.leavingCount + 1;
      if (this.shares && this.work > most) return null;
      if (this.work > MOST_ARCS && !this.shares) {
        throw new FoldvoxError(
          "bad-argument",
          "The grammar is too tangled to be held. Write it with fewer ways through.",
        );
      }
      this.addArcs();
      this.firstArc.push(this.arcTo.length);
    }
    const endWeight = new Float32Array(subsets.count).fill(Number.NEGATIVE_INFINITY);
    for (const [subset, weight] of ends) endWeight[subset] = weight;
    const labels = this.arcLabel.toArray();
    return {
      states: subsets.count,
      firstArc: this.firstArc.toArray(),
      arcPhoneme: Uint8Array.from(labels),
      arcTo: this.arcTo.toArray(),
      arcWeight: network.beginningWeight ? Float32Array.from(labels, (label) => this.weights[label >> 8]!) : null,
      endWeight,
    };
  }

  /** Most subsets are one place, which one arc leaves. Tells whether this was one. */
  private addSingle(position: number, members: number): boolean {
    const { words, phoneme, next, firstBeginning, beginning, beginningWeight, endWeight } = this.network;
    if (members > 1) return false;
    let before = position;
    if (position < words.states) {
      const first = firstBeginning[position]!;
      const isPlain = firstBeginning[position + 1]! - first === 1 && endWeight[position] === Number.NEGATIVE_INFINITY;
      if (!isPlain || beginningWeight) return false;
      before = beginning[first]!;
    }
    this.arcLabel.push(phoneme[before]!);
    this.arcTo.push(this.subsets.single(next[before]!));
    this.firstArc.push(this.arcTo.length);
    this.work++;
    return true;
  }

  private leave(position: number): void {
    const { words, phoneme, next, firstBeginning, beginning, beginningWeight } = this.network;
    if (position >= words.states) {
      this.leaveBy(this.label(phoneme[position]!, 0), next[position]!);
      return;
    }
    for (let i = firstBeginning[position]!; i < firstBeginning[position + 1]!; i++) {
      const first = beginning[i]!;
      this.leaveBy(this.label(phoneme[first]!, beginningWeight?.[i] ?? 0), next[first]!);
    }
  }

  private leaveBy(label: number, to: number): void {
    if (this.leavingCount === this.leaving.length) {
      const larger = new Float64Array(2 * this.leavingCount);
      larger.set(this.leaving);
      this.leaving = larger;
    }
    this.leaving[this.leavingCount++] = label * POSITION + to;
  }

  /** A phoneme and the number of a weight; weight 0 has number 0. */
  private label(phoneme: number, weight: number): number {
    let number = this.weightNumber.get(weight);
    if (number === undefined) {
      number = this.weights.push(weight) - 1;
      this.weightNumber.set(weight, number);
    }
    return phoneme + 256 * number;
  }

  /** Arcs of what leaves: one for each phoneme and weight, or one for each position. */
  private addArcs(): void {
    const { leaving, leavingCount: count, reached } = this;
    sort(leaving, count);
    let label = -1;
    for (let i = 0; i < count; i++) {
      if (i > 0 && leaving[i] === leaving[i - 1]) continue;
      const its = Math.floor(leaving[i]! / POSITION);
      if (its !== label || !this.shares) this.close(label);
      label = its;
      reached.push(leaving[i]! - its * POSITION);
    }
    this.close(label);
  }

  /** Adds the arc of the positions reached. */
  private close(label: number): void {
    const { reached } = this;
    if (reached.length === 0) return;
    this.arcLabel.push(label);
    this.arcTo.push(this.subsets.number(reached.values, 0, reached.length));
    reached.length = 0;
  }
}

/** Most lists are short: the sort of typed arrays costs more to call than they do. */
const SHORT = 16;

/** Sorts the first values. */
function sort(values: Float64Array, count: number): void {
  if (count > SHORT) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

/** An automaton over phonemes of the same utterances. Errors: bad-argument for a grammar too tangled to be held. */
export function determinize(network: PronouncedNetwork): PhonemeAutomaton {
  return new Construction(network, true).automaton() ?? new Construction(network, false).automaton()!;
}
