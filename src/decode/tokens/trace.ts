// Where paths come from: a record for every step, a phoneme or a word, pointing to the one before, and shared by all paths that
// begin alike. A record's number is larger than that of the record before it. Paths that met and lost stay as alternatives of the
// record at which they met. Records that nothing leads back to any more are collected, so a search runs for hours in the same memory.

import { NOTHING, type Paths } from "./paths.ts";

const FIRST_CAPACITY = 1024;

/** Mixes a step into a text; `text` is 0 at the beginning. */
export const mixText = (text: number, step: number) => Math.imul(text ^ (step + 1), 0x01000193) ^ (text >>> 15);

export class Trace {
  /** The record before, or NOTHING. */
  before = new Int32Array(FIRST_CAPACITY);
  /** What the step was: a node of a network, or a word. */
  label = new Int32Array(FIRST_CAPACITY);
  /** The row in which the step was made. */
  madeRow = new Int32Array(FIRST_CAPACITY);
  /** What the path wanted to have written down: a row, and a number of nats. */
  row = new Int32Array(FIRST_CAPACITY);
  nats = new Float64Array(FIRST_CAPACITY);
  /** The same number for the same steps. */
  text = new Int32Array(FIRST_CAPACITY);
  private alternative = new Int32Array(FIRST_CAPACITY);
  private marks = new Int32Array(FIRST_CAPACITY);
  private used = 0;
  /** Alternatives: the record that lost, by how many nats, and the next one of the same record. */
  private lostRecord = new Int32Array(FIRST_CAPACITY);
  private lostBehind = new Float64Array(FIRST_CAPACITY);
  private lostNext = new Int32Array(FIRST_CAPACITY);
  private lost = 0;

  /** Records in use. */
  get size(): number {
    return this.used;
  }

  add(before: number, label: number, text: number, madeRow: number, row: number, nats: number): number {
    if (this.used === this.before.length) this.grow();
    const record = this.used++;
    this.before[record] = before;
    this.label[record] = label;
    this.text[record] = text;
    this.madeRow[record] = madeRow;
    this.row[record] = row;
    this.nats[record] = nats;
    this.alternative[record] = NOTHING;
    return record;
  }

  /** A record of the step that path `i` has just made. */
  addStep({ record, step, text, row, nats }: Paths, i: number, madeRow: number): number {
    return this.add(record[i]!, step[i]!, text[i]!, madeRow, row[i]!, nats[i]!);
  }

  /** Remembers that the path of `lost` met that of `record` and was so many nats behind. */
  addAlternative(record: number, lost: number, behind: number): void {
    for (let at = this.alternative[record]!; at !== NOTHING; at = this.lostNext[at]!) {
      // The same steps meet again row by row; the narrowest defeat counts.
      if (this.text[this.lostRecord[at]!] !== this.text[lost]) continue;
      if (behind >= this.lostBehind[at]!) return;
      this.lostBehind[at] = behind;
      this.lostRecord[at] = lost;
      return;
    }
    if (this.lost === this.lostRecord.length) {
      this.lostRecord = longer(this.lostRecord);
      this.lostBehind = longer(this.lostBehind);
      this.lostNext = longer(this.lostNext);
    }
    this.lostRecord[this.lost] = lost;
    this.lostBehind[this.lost] = behind;
    this.lostNext[this.lost] = this.alternative[record]!;
    this.alternative[record] = this.lost++;
  }

  /** Tells every alternative of a record. */
  alternativesOf(record: number, tell: (lost: number, behind: number) => void): void {
    for (let at = this.alternative[record]!; at !== NOTHING; at = this.lostNext[at]!) {
      tell(this.lostRecord[at]!, this.lostBehind[at]!);
    }
  }

  /** Records from behind `after`, which must lead to `record`, up to `record`, oldest first. */
  recordsTo(record: number, after = NOTHING): number[] {
    const records: number[] = [];
    for (let at = record; at > after; at = this.before[at]!) records.push(at);
    return records.reverse();
  }

  /** Whether `record` is `from`, or leads back to it. */
  leadsTo(record: number, from: number): boolean {
    let at = record;
    while (at > from) at = this.before[at]!;
    return at === from;
  }

  /** The last record that two histories share. */
  common(a: number, b: number): number {
    while (a !== b) {
      if (a > b) a = this.before[a]!;
      else b = this.before[b]!;
    }
    return a;
  }

  /** Forgets everything but the histories of the given records, and closes ranks: each is changed to its new number. */
  collect(live: readonly Int32Array[]): void {
    const { marks, before } = this;
    this.mark(live);
    const { alternative, lostRecord, lostBehind, lostNext } = this;
    const oldAlternative = alternative.slice(0, this.used);
    const oldRecord = lostRecord.slice(0, this.lost);
    const oldBehind = lostBehind.slice(0, this.lost);
    const oldNext = lostNext.slice(0, this.lost);
    let kept = 0;
    for (let record = 0; record < this.used; record++) marks[record] = marks[record] === 0 ? NOTHING : kept++;
    this.lost = 0;
    // Records before others have smaller numbers, so nothing is overwritten that is still to be read.
    for (let record = 0; record < this.used; record++) {
      const to = marks[record]!;
      if (to < 0) continue;
      before[to] = before[record]! < 0 ? NOTHING : marks[before[record]!]!;
      this.label[to] = this.label[record]!;
      this.madeRow[to] = this.madeRow[record]!;
      this.row[to] = this.row[record]!;
      this.nats[to] = this.nats[record]!;
      this.text[to] = this.text[record]!;
      alternative[to] = NOTHING;
      for (let at = oldAlternative[record]!; at !== NOTHING; at = oldNext[at]!) {
        lostRecord[this.lost] = marks[oldRecord[at]!]!;
        lostBehind[this.lost] = oldBehind[at]!;
        lostNext[this.lost] = alternative[to]!;
        alternative[to] = this.lost++;
      }
    }
    this.used = kept;
    for (const records of live)
      for (let i = 0; i < records.length; i++) if (records[i]! >= 0) records[i] = marks[records[i]!]!;
  }

  clear(): void {
    this.used = 0;
    this.lost = 0;
  }

  /** Marks with 1 what the given records lead back to, and with 0 the rest. */
  private mark(live: readonly Int32Array[]): void {
    const { marks } = this;
    marks.fill(0, 0, this.used);
    const open: number[] = [];
    const see = (record: number) => {
      if (record < 0 || marks[record] !== 0) return;
      marks[record] = 1;
      open.push(record);
    };
    for (const records of live) for (const record of records) see(record);
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      see(this.before[record]!);
      this.alternativesOf(record, see);
    }
  }

  private grow(): void {
    this.before = longer(this.before);
    this.label = longer(this.label);
    this.madeRow = longer(this.madeRow);
    this.row = longer(this.row);
    this.nats = longer(this.nats);
    this.text = longer(this.text);
    this.alternative = longer(this.alternative);
    this.marks = longer(this.marks);
  }
}

function longer<T extends Int32Array | Float64Array>(old: T): T {
  const made = new (old.constructor as new (length: number) => T)(2 * old.length);
  made.set(old);
  return made;
}
