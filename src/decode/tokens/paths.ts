// The ends of paths through a search, in columns: what one has scored, what it has said, and the step that it has just made.

/** The score of no path. */
export const NONE = Number.NEGATIVE_INFINITY;
/** No record, no token, no step. */
export const NOTHING = -1;

export class Paths {
  /** In nats behind the best phonemes; NONE where there is no path. */
  readonly score: Float64Array;
  /** The last record of its history; of a path that has just made a step, the record before. */
  readonly record: Int32Array;
  /** Which steps were made, as a hash: paths of the same text differ only in their times. */
  readonly text: Int32Array;
  /** The label of a step that has just been made and has no record yet, or NOTHING. */
  readonly step: Int32Array;
  /** What a search wants to have written down beside the step: a row and a number of nats. */
  readonly row: Int32Array;
  readonly nats: Float64Array;

  constructor(capacity: number) {
    this.score = new Float64Array(capacity);
    this.record = new Int32Array(capacity);
    this.text = new Int32Array(capacity);
    this.step = new Int32Array(capacity);
    this.row = new Int32Array(capacity);
    this.nats = new Float64Array(capacity);
  }

  set(i: number, score: number, record: number, text: number, step: number, row: number, nats: number): void {
    this.score[i] = score;
    this.record[i] = record;
    this.text[i] = text;
    this.step[i] = step;
    this.row[i] = row;
    this.nats[i] = nats;
  }

  /** Copies path `i` of `from` to place `to`. */
  copy(from: Paths, i: number, to: number): void {
    this.score[to] = from.score[i]!;
    this.record[to] = from.record[i]!;
    this.text[to] = from.text[i]!;
    this.step[to] = from.step[i]!;
    this.row[to] = from.row[i]!;
    this.nats[to] = from.nats[i]!;
  }
}
