// Sums over the last rows of a stream: what they say of any stretch of it, whatever has been heard there.

import type { SoundRow } from "./sound-row.ts";

/** Rows that are kept: 40 s of 20 ms each. A stretch that is longer counts as its last rows do. */
const ROWS = 2048;

/** What a stretch of rows says. */
export interface Stretch {
  /** How far hearing nothing there is behind hearing phonemes freely, in nats. */
  readonly silence: number;
  /** How unsure the model was of what it heard: nats of the likeliest tokens. */
  readonly doubt: number;
}

export class RowSums {
  private readonly blank: number;
  /** Sums of all rows before a row. */
  private readonly silence = new Float64Array(ROWS);
  private readonly doubt = new Float64Array(ROWS);
  private first = 0;
  private next = 0;

  /** The next row is `row`. */
  constructor(blank: number, row: number) {
    this.blank = blank;
    this.restart(row);
  }

  restart(row: number): void {
    this.first = row;
    this.next = row;
    this.silence[row % ROWS] = 0;
    this.doubt[row % ROWS] = 0;
  }

  /** The row behind the last one. */
  get end(): number {
    return this.next;
  }

  push(sounds: SoundRow): void {
    const [from, to] = [this.next % ROWS, (this.next + 1) % ROWS];
    this.silence[to] = this.silence[from]! - sounds.behind[this.blank]!;
    this.doubt[to] = this.doubt[from]! + sounds.doubt;
    this.next++;
  }

  /** Of rows from `from` up to `to`, as far as they are kept. */
  between(from: number, to: number): Stretch {
    const oldest = Math.max(this.first, this.next - ROWS + 1);
    const start = Math.min(Math.max(from, oldest), this.next) % ROWS;
    const end = Math.min(Math.max(to, oldest), this.next) % ROWS;
    return {
      silence: Math.max(0, this.silence[end]! - this.silence[start]!),
      doubt: Math.max(0, this.doubt[end]! - this.doubt[start]!),
    };
  }
}
