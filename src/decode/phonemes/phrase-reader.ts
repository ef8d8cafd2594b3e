// From phonemes back to words: follows a sequence of phonemes through a pronounced network and finds the words, and with them
// the way through the grammar. Sequences that begin alike share the work: what was read before is kept.

import type { PronouncedNetwork } from "./pronounced-network.ts";

/** A word on a way through the grammar, and the way before it. */
export interface Step {
  readonly before: Step | null;
  /** The state from which the word was reached, and its arc. */
  readonly state: number;
  readonly arc: number;
  /** Its first phoneme. Its last one is before the first one of the next step. */
  readonly from: number;
  /** Weight of the way so far. */
  readonly weight: number;
  /** Steps up to and with this one. */
  readonly length: number;
}

/** The steps of a way, first to last. */
export function stepsTo(last: Step | null): Step[] {
  const steps: Step[] = [];
  for (let step = last; step; step = step.before) steps.push(step);
  return steps.reverse();
}

/** Where a sequence of phonemes leads: positions, each with the best way to it. */
interface Layer {
  readonly positions: number[];
  readonly steps: (Step | null)[];
}

export class PhraseReader {
  private readonly network: PronouncedNetwork;
  private readonly phonemes: number[] = [];
  /** Layer i is what i phonemes lead to. */
  private readonly layers: Layer[];
  private readonly found = new Map<number, number>();

  constructor(network: PronouncedNetwork) {
    this.network = network;
    this.layers = [{ positions: [network.words.start], steps: [null] }];
  }

  /** Words of a whole utterance: its last step, null where it has none; undefined if the phonemes are no utterance. */
  whole(phonemes: readonly number[]): Step | null | undefined {
    const { positions, steps } = this.read(phonemes);
    let best: Step | null | undefined;
    let most = Number.NEGATIVE_INFINITY;
    positions.forEach((position, i) => {
      if (position >= this.network.words.states) return;
      const weight = (steps[i]?.weight ?? 0) + this.network.endWeight[position]!;
      if (!(weight > most)) return;
      most = weight;
      best = steps[i]!;
    });
    return best;
  }

  /** Whole words of an utterance that is going on, by the best way. Phonemes from `to` on belong to a word that is not whole. */
  going(phonemes: readonly number[]): { last: Step | null; to: number } {
    const { positions, steps } = this.read(phonemes);
    let best = { last: null as Step | null, to: 0 };
    let most = Number.NEGATIVE_INFINITY;
    positions.forEach((position, i) => {
      const step = steps[i]!;
      const within = position >= this.network.words.states;
      // Of two ways that are as good, that stands which has come to the end of a word.
      const weight = (step?.weight ?? 0) - (within ? 1e-6 : 0);
      if (!(weight > most)) return;
      most = weight;
      best = within ? { last: step!.before, to: step!.from } : { last: step, to: phonemes.length };
    });
    return best;
  }

  /** Words that all ways share. */
  certain(phonemes: readonly number[]): Step | null {
    const { positions, steps } = this.read(phonemes);
    let shared: Step | null | undefined;
    positions.forEach((position, i) => {
      let other = position >= this.network.words.states ? steps[i]!.before : steps[i]!;
      if (shared === undefined) shared = other;
      while (shared !== other) {
        if ((shared?.length ?? 0) > (other?.length ?? 0)) shared = shared!.before;
        else other = other!.before;
      }
    });
    return shared ?? null;
  }

  /** The layer that the phonemes lead to. Layers of the same first phonemes stay from call to call. */
  private read(phonemes: readonly number[]): Layer {
    let same = 0;
    while (same < this.phonemes.length && this.phonemes[same] === phonemes[same]) same++;
    this.phonemes.length = same;
    this.layers.length = same + 1;
    for (let i = same; i < phonemes.length; i++) {
      this.layers.push(this.follow(this.layers[i]!, phonemes[i]!, i));
      this.phonemes.push(phonemes[i]!);
    }
    return this.layers[phonemes.length]!;
  }

  private follow({ positions, steps }: Layer, phoneme: number, from: number): Layer {
    const { words, phoneme: phonemes, next, firstBeginning, beginning, beginningWeight } = this.network;
    const layer: Layer = { positions: [], steps: [] };
    this.found.clear();
    positions.forEach((position, i) => {
      const before = steps[i]!;
      if (position >= words.states) {
        if (phonemes[position] === phoneme) this.add(layer, next[position]!, before!);
        return;
      }
      const last = firstBeginning[position + 1]!;
      for (let at = this.firstWith(position, phoneme); at < last && phonemes[beginning[at]!] === phoneme; at++) {
        const first = beginning[at]!;
        this.add(layer, next[first]!, {
          before,
          state: position,
          arc: this.arcOf(first),
          from,
          weight: (before?.weight ?? 0) + (beginningWeight?.[at] ?? 0),
          length: (before?.length ?? 0) + 1,
        });
      }
    });
    return layer;
  }

  /** Keeps the better of two ways to a position; of equals the one that the grammar names first. */
  private add(layer: Layer, position: number, step: Step): void {
    const known = this.found.get(position);
    if (known === undefined) {
      this.found.set(position, layer.positions.push(position) - 1);
      layer.steps.push(step);
    } else if (step.weight > layer.steps[known]!.weight) layer.steps[known] = step;
  }

  /** The first beginning of a state with this phoneme or a later one. */
  private firstWith(state: number, phoneme: number): number {
    const { phoneme: phonemes, firstBeginning, beginning } = this.network;
    let low = firstBeginning[state]!;
    for (let high = firstBeginning[state + 1]!; low < high; ) {
      const middle = (low + high) >> 1;
      if (phonemes[beginning[middle]!]! < phoneme) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The arc whose word a position begins. */
  private arcOf(position: number): number {
    const { firstPosition } = this.network;
    let low = 0;
    for (let high = firstPosition.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (firstPosition[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
