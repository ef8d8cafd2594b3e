// An automaton over phonemes: what a pronounced network becomes on its way to a phoneme network.

/** An automaton over phonemes, as arcs sorted by the state they leave. State 0 is the start. */
export interface PhonemeAutomaton {
  readonly states: number;
  /** The arcs of state s are those from firstArc[s] up to firstArc[s + 1], sorted by phoneme. */
  readonly firstArc: Int32Array;
  readonly arcPhoneme: Uint8Array;
  readonly arcTo: Int32Array;
  /** Null where the grammar has no weights. */
  readonly arcWeight: Float32Array | null;
  /** What it brings to end in a state: 0 or a weight below, or -Infinity where an utterance may not end. */
  readonly endWeight: Float32Array;
}
