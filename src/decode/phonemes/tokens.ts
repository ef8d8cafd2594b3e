// The hypotheses of one row, in columns: for each node of the network the best one that has just spoken its phoneme, and the
// best one that rests behind it.

/** No hypothesis. */
export const NONE = Number.NEGATIVE_INFINITY;

export class Tokens {
  count = 0;
  readonly node: Int32Array;
  /** Scores in nats behind the best phonemes; NONE where there is none. */
  readonly spoken: Float64Array;
  readonly rested: Float64Array;
  /** Their last records; of one that has entered its node in this row, the record before. */
  readonly spokenRecord: Int32Array;
  readonly restedRecord: Int32Array;
  /** 1 for a hypothesis that has entered its node in this row, whose record is still to be made. */
  readonly isNew: Uint8Array;
  /** The row behind the last one in which a phoneme was spoken: the node's, or of a new one the phoneme's before. */
  readonly spokenEnd: Int32Array;
  readonly restedEnd: Int32Array;
  /** Of a new hypothesis, the score before it entered. */
  readonly scoreBefore: Float64Array;
  /** Which phonemes have been heard. */
  readonly spokenHistory: Int32Array;
  readonly restedHistory: Int32Array;

  constructor(capacity: number) {
    this.node = new Int32Array(capacity);
    this.spoken = new Float64Array(capacity);
    this.rested = new Float64Array(capacity);
    this.spokenRecord = new Int32Array(capacity);
    this.restedRecord = new Int32Array(capacity);
    this.isNew = new Uint8Array(capacity);
    this.spokenEnd = new Int32Array(capacity);
    this.restedEnd = new Int32Array(capacity);
    this.scoreBefore = new Float64Array(capacity);
    this.spokenHistory = new Int32Array(capacity);
    this.restedHistory = new Int32Array(capacity);
  }

  /** Adds a node without hypotheses; -1 if there is no room. */
  add(node: number): number {
    if (this.count === this.node.length) return -1;
    const slot = this.count++;
    this.node[slot] = node;
    this.spoken[slot] = NONE;
    this.rested[slot] = NONE;
    this.spokenRecord[slot] = -1;
    this.restedRecord[slot] = -1;
    this.isNew[slot] = 0;
    return slot;
  }

  /** Moves what is in slot `from` to slot `to`. */
  move(from: number, to: number): void {
    if (from === to) return;
    this.node[to] = this.node[from]!;
    this.spoken[to] = this.spoken[from]!;
    this.rested[to] = this.rested[from]!;
    this.spokenRecord[to] = this.spokenRecord[from]!;
    this.restedRecord[to] = this.restedRecord[from]!;
    this.isNew[to] = this.isNew[from]!;
    this.spokenEnd[to] = this.spokenEnd[from]!;
    this.restedEnd[to] = this.restedEnd[from]!;
    this.scoreBefore[to] = this.scoreBefore[from]!;
    this.spokenHistory[to] = this.spokenHistory[from]!;
    this.restedHistory[to] = this.restedHistory[from]!;
  }
}
