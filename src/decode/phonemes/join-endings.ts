// Joins states of a phoneme automaton that are left in the same ways, so that phrases share their endings. States are visited
// after those that they lead to; on a cycle one has to be taken as different from all others, so a few more than needed stay.

import { IntList } from "./int-list.ts";
import type { PhonemeAutomaton } from "./phoneme-automaton.ts";

class Joiner {
  private readonly automaton: PhonemeAutomaton;
  /** The state that stands for each; -1 until it is known. */
  private readonly standsFor: Int32Array;
  private readonly table: Int32Array;

  constructor(automaton: PhonemeAutomaton) {
    this.automaton = automaton;
    this.standsFor = new Int32Array(automaton.states).fill(-1);
    let size = 16;
    while (size < 2 * automaton.states) size *= 2;
    this.table = new Int32Array(size).fill(-1);
  }

  joined(): PhonemeAutomaton {
    this.visit();
    const { standsFor, automaton } = this;
    const { firstArc, arcPhoneme, arcTo, arcWeight, endWeight } = automaton;
    // Those that are left get new numbers in the order in which the start reaches them.
    const numberOf = new Int32Array(automaton.states).fill(-1);
    const kept = new IntList(automaton.states);
    numberOf[standsFor[0]!] = kept.push(standsFor[0]!) - 1;
    const first = new Int32Array(automaton.states + 1);
    // As many arcs as before at most: what is left closes ranks.
    const phoneme = new Uint8Array(arcTo.length);
    const to = new Int32Array(arcTo.length);
    const weight = arcWeight && new Float32Array(arcTo.length);
    let arcs = 0;
    for (let i = 0; i < kept.length; i++) {
      const state = kept.values[i]!;
      for (let arc = firstArc[state]!; arc < firstArc[state + 1]!; arc++) {
        const target = standsFor[arcTo[arc]!]!;
        if (numberOf[target]! < 0) numberOf[target] = kept.push(target) - 1;
        phoneme[arcs] = arcPhoneme[arc]!;
        to[arcs] = numberOf[target]!;
        if (weight) weight[arcs] = arcWeight![arc]!;
        arcs++;
      }
      first[i + 1] = arcs;
    }
    return {
      states: kept.length,
      firstArc: first.slice(0, kept.length + 1),
      arcPhoneme: phoneme.slice(0, arcs),
      arcTo: to.slice(0, arcs),
      arcWeight: weight ? weight.slice(0, arcs) : null,
      endWeight: Float32Array.from(kept.toArray(), (state) => endWeight[state]!),
    };
  }

  /** Depth first, with a list of what is open instead of the stack: automata may be as deep as they are large. */
  private visit(): void {
    const { firstArc, arcTo, states } = this.automaton;
    const nextArc = firstArc.slice(0, states);
    const isOpen = new Uint8Array(states);
    const open = new IntList();
    open.push(0);
    isOpen[0] = 1;
    while (open.length > 0) {
      const state = open.values[open.length - 1]!;
      const arc = nextArc[state]!++;
      if (arc < firstArc[state + 1]!) {
        const target = arcTo[arc]!;
        if (isOpen[target]) continue;
        isOpen[target] = 1;
        open.push(target);
      } else {
        this.standsFor[state] = this.find(state);
        open.length--;
      }
    }
  }

  /** A state found before that is left in the same ways, or the state itself. */
  private find(state: number): number {
    const mask = this.table.length - 1;
    let slot = this.hash(state) & mask;
    for (; this.table[slot]! >= 0; slot = (slot + 1) & mask) {
      if (this.isSame(this.table[slot]!, state)) return this.table[slot]!;
    }
    this.table[slot] = state;
    return state;
  }

  /** What stands for an arc's target; a target that is still open stands for itself. */
  private target(arc: number): number {
    const to = this.automaton.arcTo[arc]!;
    return this.standsFor[to]! < 0 ? to : this.standsFor[to]!;
  }

  private hash(state: number): number {
    const { firstArc, arcPhoneme, arcWeight, endWeight } = this.automaton;
    let mixed = endWeight[state]! > Number.NEGATIVE_INFINITY ? 0x811c9dc5 ^ hashed(endWeight[state]!) : 0x2f0b4a27;
    for (let arc = firstArc[state]!; arc < firstArc[state + 1]!; arc++) {
      mixed = Math.imul(mixed ^ (this.target(arc) * 256 + arcPhoneme[arc]!), 0x01000193);
      if (arcWeight) mixed = Math.imul(mixed ^ hashed(arcWeight[arc]!), 0x01000193);
      mixed ^= mixed >>> 13;
    }
    return mixed ^ (mixed >>> 16);
  }

  private isSame(a: number, b: number): boolean {
    const { firstArc, arcPhoneme, arcWeight, endWeight } = this.automaton;
    const arcs = firstArc[a + 1]! - firstArc[a]!;
    if (firstArc[b + 1]! - firstArc[b]! !== arcs || endWeight[a] !== endWeight[b]) return false;
    for (let i = 0; i < arcs; i++) {
      const [one, other] = [firstArc[a]! + i, firstArc[b]! + i];
      if (arcPhoneme[one] !== arcPhoneme[other] || this.target(one) !== this.target(other)) return false;
      if (arcWeight && arcWeight[one] !== arcWeight[other]) return false;
    }
    return true;
  }
}

/** Weights are shares' logarithms: those that differ do in their thousandths. Without them many states would have one hash. */
const hashed = (weight: number) => Math.round(weight * 4096);

/** The same utterances with fewer states. */
export function joinEndings(automaton: PhonemeAutomaton): PhonemeAutomaton {
  return new Joiner(automaton).joined();
}
