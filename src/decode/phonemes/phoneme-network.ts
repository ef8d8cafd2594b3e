// What the search walks through: phonemes, with beginnings and endings of phrases shared. Made of a pronounced network by the
// subset construction (Rabin, Scott 1959), and by joining states that are left in the same ways (Revuz 1992).

import { determinize } from "./determinize.ts";
import { IntList } from "./int-list.ts";
import { joinEndings } from "./join-endings.ts";
import type { PronouncedNetwork } from "./pronounced-network.ts";

/** A network of nodes, each a phoneme that has been spoken in a state. Node 0 is the start, where nothing has been. */
export interface PhonemeNetwork {
  readonly nodes: number;
  /** The phoneme of a node, and the state in which it was spoken, which says what may follow. */
  readonly phoneme: Uint8Array;
  readonly state: Int32Array;
  /** The arcs of state s are those from firstArc[s] up to firstArc[s + 1]. */
  readonly firstArc: Int32Array;
  /** The node that an arc leads to. */
  readonly arcTo: Int32Array;
  readonly arcWeight: Float32Array | null;
  /** By state. */
  readonly endWeight: Float32Array;
}

/** Errors: bad-argument for a grammar too tangled to be held. */
export function phonemeNetwork(pronounced: PronouncedNetwork): PhonemeNetwork {
  const { firstArc, arcPhoneme, arcTo, arcWeight, endWeight } = joinEndings(determinize(pronounced));
  // Arcs by the state that they lead to: those with the same phoneme lead to the same node.
  const byTarget = sortedBy(arcTo, endWeight.length);
  const phoneme = new IntList(arcTo.length + 1);
  const state = new IntList(arcTo.length + 1);
  phoneme.push(0);
  state.push(0);
  const node = new Int32Array(256);
  const nodeState = new Int32Array(256).fill(-1);
  const toNode = new Int32Array(arcTo.length);
  for (const arc of byTarget) {
    const sound = arcPhoneme[arc]!;
    if (nodeState[sound] !== arcTo[arc]) {
      nodeState[sound] = arcTo[arc]!;
      node[sound] = phoneme.push(sound) - 1;
      state.push(arcTo[arc]!);
    }
    toNode[arc] = node[sound]!;
  }
  return {
    nodes: phoneme.length,
    phoneme: Uint8Array.from(phoneme.toArray()),
    state: state.toArray(),
    firstArc,
    arcTo: toNode,
    arcWeight,
    endWeight,
  };
}

/** Indices of values from 0 up to `count`, in the order of the values. */
function sortedBy(values: Int32Array, count: number): Int32Array {
  const first = new Int32Array(count + 1);
  for (const value of values) first[value + 1]!++;
  for (let value = 0; value < count; value++) first[value + 1]! += first[value]!;
  const sorted = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) sorted[first[values[i]!]!++] = i;
  return sorted;
}
