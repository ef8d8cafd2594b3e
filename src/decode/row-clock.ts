// Where a decoder stands: rows of the encoder's output, counted from the start of the audio and of the utterance.

/** What a clock counts by. */
export interface RowTimes {
  /** Seconds that one output row stands for. */
  readonly tokenSeconds: number;
  /** Number of a stream's first row. The audio begins with row 0: below it is silence that leads the audio. */
  readonly startRow: number;
}

export class RowClock {
  private readonly times: RowTimes;
  private current: number;
  private begin = 0;

  constructor(times: RowTimes) {
    this.times = times;
    this.current = times.startRow;
  }

  /** Number of the next row. */
  get row(): number {
    return this.current;
  }

  /** Number of the utterance's first row; never below 0. */
  get utteranceRow(): number {
    return this.begin;
  }

  /** Seconds since the utterance began. */
  get utteranceSeconds(): number {
    return this.secondsSince(this.begin);
  }

  /** Seconds from the start of that row to now. */
  secondsSince(row: number): number {
    return (this.current - row) * this.times.tokenSeconds;
  }

  advance(numRows: number): void {
    this.current += numRows;
  }

  /** The next row begins a new utterance. */
  beginUtterance(): void {
    this.begin = Math.max(0, this.current);
  }

  /** Back to the stream's start. */
  reset(): void {
    this.current = this.times.startRow;
    this.begin = 0;
  }
}
