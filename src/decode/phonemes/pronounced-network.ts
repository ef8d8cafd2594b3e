// A word network whose words are spelled out in phonemes: the places within words at which a speaker may be. Pronunciations of
// a word stand side by side. A nondeterministic automaton without free arcs: what they lead to is listed with each state.

import { FoldvoxError, shown } from "../../errors.ts";
import { DICTATION, UNKNOWN } from "../scorers/jsgf-tokens.ts";
import { IntList } from "./int-list.ts";
import { NOTHING, type WordNetwork } from "./word-network.ts";

/** The pronunciations of a word: lists of token indices. None if the word cannot be pronounced. */
export type Pronounce = (word: string) => readonly (readonly number[])[];

/** Stands for any phoneme, in what the grammar does not describe. */
export const ANY_PHONEME = 255;
/** Stands for the phonemes of any words, one after the other, as dictation hears them. */
export const DICTATED = 254;

/**
 * Positions: first the states of the word network, between words; then places within words, each before a phoneme.
 */
export interface PronouncedNetwork {
  readonly words: WordNetwork;
  readonly positions: number;
  /** The phoneme that comes next within a word; 0 for the states of the word network. */
  readonly phoneme: Uint8Array;
  /** The position behind that phoneme. */
  readonly next: Int32Array;
  /** The first position of each arc; arcs without a word have none. */
  readonly firstPosition: Int32Array;
  /**
   * Beginnings of words that are reached freely from a state, sorted by phoneme: those from firstBeginning[state] up to
   * firstBeginning[state + 1]. Only the start and states behind words have some.
   */
  readonly firstBeginning: Int32Array;
  readonly beginning: Int32Array;
  /** Weight of the free arcs that lead to each; null where the grammar has none. */
  readonly beginningWeight: Float32Array | null;
  /** Weight of the free arcs from a state to the end, or -Infinity. */
  readonly endWeight: Float32Array;
}

/** Places within words; a position takes some twenty bytes until the network is ready. */
const MOST_POSITIONS = 2_000_000;
/** Beginnings that all states list together. */
const MOST_BEGINNINGS = 1_000_000;
/** States looked at on free ways, all together: each word may be followed by all of a long chain of tags and optional parts. */
const MOST_STEPS = 20_000_000;
/** A phoneme in what is sorted: below it, a position. */
const PHONEME = 2 ** 24;
/** Phonemes of a word: far more than any has. */
const LONGEST_WORD = 200;

function pronunciationsOf({ words, places }: WordNetwork, pronounce: Pronounce): (readonly (readonly number[])[])[] {
  return words.map((word, i) => {
    if (word === UNKNOWN) return [[ANY_PHONEME]];
    if (word === DICTATION) return [[DICTATED]];
    const { line, column } = places[i]!;
    const where = `Line ${line}, column ${column} of the grammar`;
    let found: readonly (readonly number[])[];
    try {
      found = pronounce(word);
    } catch (cause) {
      if (!(cause instanceof FoldvoxError)) throw cause;
      throw new FoldvoxError(cause.code, `${where}: ${cause.message}`, { cause });
    }
    if (found.length === 0 || found.some(({ length }) => length === 0)) {
      throw new FoldvoxError(
        "bad-argument",
        `${where} holds ${shown(word)}, which cannot be pronounced; write it as it is spoken, or give its pronunciation.`,
      );
    }
    if (found.some(({ length }) => length > LONGEST_WORD)) {
      throw new FoldvoxError(
        "bad-argument",
        `${where} holds ${shown(word)}, which has more than ${LONGEST_WORD} sounds; put spaces between words.`,
      );
    }
    return found;
  });
}

/** Errors: bad-argument for a word that cannot be pronounced, naming its place, or for more than can be held. */
export function pronouncedNetwork(words: WordNetwork, pronounce: Pronounce): PronouncedNetwork {
  const pronunciations = pronunciationsOf(words, pronounce);
  const lengths = pronunciations.map((all) => all.reduce((sum, { length }) => sum + length, 0));
  const { arcLabel, arcTo, states } = words;
  const arcs = arcLabel.length;
  const firstPosition = new Int32Array(arcs + 1);
  let positions = states;
  for (let arc = 0; arc < arcs; arc++) {
    firstPosition[arc] = positions;
    if (arcLabel[arc]! > NOTHING) positions += lengths[arcLabel[arc]!]!;
    if (positions > MOST_POSITIONS) {
      throw new FoldvoxError(
        "bad-argument",
        `The grammar is too large: more than ${MOST_POSITIONS} sounds, when its rules are written out. Write it smaller.`,
      );
    }
  }
  firstPosition[arcs] = positions;
  const phoneme = new Uint8Array(positions);
  const next = new Int32Array(positions);
  for (let arc = 0; arc < arcs; arc++) {
    if (arcLabel[arc]! <= NOTHING) continue;
    let at = firstPosition[arc]!;
    for (const sounds of pronunciations[arcLabel[arc]!]!) {
      for (const sound of sounds) {
        phoneme[at] = sound;
        next[at] = ++at;
      }
      next[at - 1] = arcTo[arc]!;
    }
  }
  const network = { words, positions, phoneme, next, firstPosition };
  return { ...network, ...new FreeArcs(network, pronunciations).beginnings() };
}

/** Follows free arcs from the start and from behind every word. */
class FreeArcs {
  private readonly network: Pick<PronouncedNetwork, "words" | "phoneme" | "firstPosition">;
  private readonly pronunciations: readonly (readonly (readonly number[])[])[];
  /** The states reached from the one looked at, in order, with the weight of the best way to each. */
  private reached: number[] = [];
  private readonly weight: Float32Array;
  private steps = 0;
  /** Beginnings found for one state: the phoneme above, the position below, so that they sort; and their weights. */
  private readonly found: number[] = [];
  private readonly weightBefore: Float32Array;

  constructor(
    network: Pick<PronouncedNetwork, "words" | "phoneme" | "firstPosition">,
    pronunciations: readonly (readonly (readonly number[])[])[],
  ) {
    this.network = network;
    this.pronunciations = pronunciations;
    this.weight = new Float32Array(network.words.states).fill(Number.NEGATIVE_INFINITY);
    this.weightBefore = new Float32Array(network.words.arcWeight ? network.phoneme.length : 0);
  }

  beginnings(): Pick<PronouncedNetwork, "firstBeginning" | "beginning" | "beginningWeight" | "endWeight"> {
    const { words } = this.network;
    const { states, start, end, arcLabel, arcTo } = words;
    const isLanding = new Uint8Array(states);
    isLanding[start] = 1;
    for (let arc = 0; arc < arcLabel.length; arc++) if (arcLabel[arc]! > NOTHING) isLanding[arcTo[arc]!] = 1;
    const firstBeginning = new Int32Array(states + 1);
    const endWeight = new Float32Array(states).fill(Number.NEGATIVE_INFINITY);
    const beginning = new IntList(states);
    const weights: number[] = [];
    for (let state = 0; state < states; state++) {
      if (isLanding[state] && !this.listOnly(state, beginning)) {
        this.follow(state);
        endWeight[state] = this.weight[end]!;
        this.list(beginning, weights);
        for (const passed of this.reached) this.weight[passed] = Number.NEGATIVE_INFINITY;
      }
      firstBeginning[state + 1] = beginning.length;
    }
    return {
      firstBeginning,
      beginning: beginning.toArray(),
      beginningWeight: words.arcWeight ? Float32Array.from(weights) : null,
      endWeight,
    };
  }

  /** Lists the beginning of a state that one word leaves, in one pronunciation, as most do. Tells whether it was one. */
  private listOnly(state: number, beginning: IntList): boolean {
    const { words, firstPosition } = this.network;
    const arc = words.firstArc[state]!;
    if (words.firstArc[state + 1]! - arc !== 1 || words.arcWeight || state === words.end) return false;
    const label = words.arcLabel[arc]!;
    if (label <= NOTHING || this.pronunciations[label]!.length !== 1) return false;
    beginning.push(firstPosition[arc]!);
    return true;
  }

  /** All states that are reached freely. A state is looked at again when a better way to it is found. */
  private follow(from: number): void {
    const { firstArc, arcTo, arcLabel, arcWeight } = this.network.words;
    this.reached = [from];
    this.weight[from] = 0;
    for (let i = 0; i < this.reached.length; i++) {
      const state = this.reached[i]!;
      for (let arc = firstArc[state]!; arc < firstArc[state + 1]!; arc++) {
        if (arcLabel[arc]! > NOTHING) continue;
        const weight = this.weight[state]! + (arcWeight?.[arc] ?? 0);
        if (!(weight > this.weight[arcTo[arc]!]!)) continue;
        this.weight[arcTo[arc]!] = weight;
        this.reached.push(arcTo[arc]!);
        if (++this.steps > MOST_STEPS) throw tooTangled();
      }
    }
  }

  /** Adds the beginnings of all words that leave the states reached, sorted by their phonemes. */
  private list(beginning: IntList, weights: number[]): void {
    const { words, phoneme, firstPosition } = this.network;
    const { found } = this;
    found.length = 0;
    // A state that was reached in better ways later stands in the list again.
    const states = words.arcWeight ? new Set(this.reached) : this.reached;
    for (const state of states) {
      for (let arc = words.firstArc[state]!; arc < words.firstArc[state + 1]!; arc++) {
        const label = words.arcLabel[arc]!;
        if (label <= NOTHING) continue;
        let position = firstPosition[arc]!;
        const variants = this.pronunciations[label]!;
        for (let i = 0; i < variants.length; i++) {
          const { length } = variants[i]!;
          found.push(phoneme[position]! * PHONEME + position);
          if (words.arcWeight) this.weightBefore[position] = this.weight[state]!;
          position += length;
        }
      }
      if (beginning.length + found.length > MOST_BEGINNINGS) throw tooTangled();
    }
    const sorted = found.length > 1 ? new Float64Array(found).sort() : found;
    for (let i = 0; i < sorted.length; i++) {
      const position = sorted[i]! % PHONEME;
      beginning.push(position);
      if (words.arcWeight) weights.push(this.weightBefore[position]!);
    }
  }
}

const tooTangled = () =>
  new FoldvoxError(
    "bad-argument",
    "The grammar is too large: too many optional parts follow each other. Write it with fewer ways past them.",
  );
