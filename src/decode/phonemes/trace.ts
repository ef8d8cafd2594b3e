// Where hypotheses come from: a record for every phoneme that one has heard, pointing to the one before. Hypotheses that met
// and lost stay as alternatives of the record at which they met. Records that nothing leads back to any more are collected, so
// that a search runs for hours in the same memory.

/** No record: the beginning. */
export const NO_RECORD = -1;

const FIRST_CAPACITY = 4096;

/** A hypothesis that lost against a record's own, up to and with that record. */
export interface LostAlternative {
  readonly record: number;
  /** How much less likely it was, in nats. */
  readonly behind: number;
}

/** Records in columns. All numbers are kept until `collect` is told which ones lead on. */
export class Trace {
  /** The record before. */
  before: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** The node of the network whose phoneme was heard. */
  node: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** The row in which it began. */
  firstRow: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** The row behind the last one of the phoneme before. */
  endBefore: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** The hypothesis' score before this phoneme. */
  scoreBefore: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Says which phonemes were heard so far: hypotheses of the same phonemes differ only in their times. */
  history: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** The first alternative of a record in the list below, or -1. */
  private alternative: Int32Array = new Int32Array(FIRST_CAPACITY).fill(-1);
  private count = 0;
  private lostRecord: number[] = [];
  private lostBehind: number[] = [];
  private lostNext: number[] = [];

  /** Records in use. */
  get size(): number {
    return this.count;
  }

  clear(): void {
    this.count = 0;
    this.lostRecord = [];
    this.lostBehind = [];
    this.lostNext = [];
  }

  add(before: number, node: number, firstRow: number, endBefore: number, scoreBefore: number, history: number): number {
    if (this.count === this.before.length) this.grow();
    const record = this.count++;
    this.before[record] = before;
    this.node[record] = node;
    this.firstRow[record] = firstRow;
    this.endBefore[record] = endBefore;
    this.scoreBefore[record] = scoreBefore;
    this.history[record] = history;
    this.alternative[record] = -1;
    return record;
  }

  /** Remembers a hypothesis that ended in `lost` and met the one that ended in `record`. */
  addAlternative(record: number, lost: number, behind: number): void {
    for (let at = this.alternative[record]!; at >= 0; at = this.lostNext[at]!) {
      // The same hypothesis meets again row by row; the narrowest defeat counts.
      if (this.lostRecord[at] !== lost) continue;
      this.lostBehind[at] = Math.min(this.lostBehind[at]!, behind);
      return;
    }
    this.lostRecord.push(lost);
    this.lostBehind.push(behind);
    this.lostNext.push(this.alternative[record]!);
    this.alternative[record] = this.lostRecord.length - 1;
  }

  *alternatives(record: number): Generator<LostAlternative> {
    for (let at = this.alternative[record]!; at >= 0; at = this.lostNext[at]!) {
      yield { record: this.lostRecord[at]!, behind: this.lostBehind[at]! };
    }
  }

  /**
   * Keeps the records in `live` and what they lead back to, and closes ranks. Writes the new numbers into `live`, which may hold
   * NO_RECORD.
   */
  collect(live: Int32Array): void {
    const number = new Int32Array(this.count).fill(NO_RECORD);
    const open: number[] = [];
    const see = (record: number) => {
      if (record < 0 || number[record] === 0) return;
      number[record] = 0;
      open.push(record);
    };
    for (const record of live) see(record);
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      see(this.before[record]!);
      for (const { record: lost } of this.alternatives(record)) see(lost);
    }
    let kept = 0;
    for (let record = 0; record < this.count; record++) if (number[record] === 0) number[record] = kept++;
    const { lostRecord, lostBehind, lostNext } = this;
    [this.lostRecord, this.lostBehind, this.lostNext] = [[], [], []];
    for (let record = 0; record < this.count; record++) {
      const to = number[record]!;
      if (to < 0) continue;
      // Records before others have smaller numbers, so nothing is overwritten that is still to be read.
      const before = this.before[record]!;
      this.before[to] = before < 0 ? before : number[before]!;
      this.node[to] = this.node[record]!;
      this.firstRow[to] = this.firstRow[record]!;
      this.endBefore[to] = this.endBefore[record]!;
      this.scoreBefore[to] = this.scoreBefore[record]!;
      this.history[to] = this.history[record]!;
      let at = this.alternative[record]!;
      this.alternative[to] = -1;
      for (; at >= 0; at = lostNext[at]!) {
        this.lostRecord.push(number[lostRecord[at]!]!);
        this.lostBehind.push(lostBehind[at]!);
        this.lostNext.push(this.alternative[to]!);
        this.alternative[to] = this.lostRecord.length - 1;
      }
    }
    this.count = kept;
    for (let i = 0; i < live.length; i++) if (live[i]! >= 0) live[i] = number[live[i]!]!;
  }

  private grow(): void {
    const size = 2 * this.before.length;
    const larger = (old: Int32Array) => {
      const array = new Int32Array(size);
      array.set(old);
      return array;
    };
    this.before = larger(this.before);
    this.node = larger(this.node);
    this.firstRow = larger(this.firstRow);
    this.endBefore = larger(this.endBefore);
    this.history = larger(this.history);
    this.alternative = larger(this.alternative);
    const scores = new Float64Array(size);
    scores.set(this.scoreBefore);
    this.scoreBefore = scores;
  }
}
