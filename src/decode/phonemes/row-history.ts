// The last rows of log-probabilities, so that a grammar which is set a moment late can hear what has just been said.

const SECONDS = 4;

export class RowHistory {
  private readonly width: number;
  private readonly capacity: number;
  private readonly rows: Float32Array;
  private count = 0;

  constructor(width: number, tokenSeconds: number) {
    this.width = width;
    this.capacity = Math.ceil(SECONDS / tokenSeconds);
    this.rows = new Float32Array(width * this.capacity);
  }

  /** Number of the next row. */
  get next(): number {
    return this.count;
  }

  /** The first row that is still here. */
  get first(): number {
    return Math.max(0, this.count - this.capacity);
  }

  push(logProbs: Float32Array, row: number): void {
    const slot = this.count++ % this.capacity;
    this.rows.set(logProbs.subarray(row * this.width, (row + 1) * this.width), slot * this.width);
  }

  /** A row in which nothing was said: nothing is likely but the blank. */
  pushSilence(blank: number): void {
    const from = (this.count++ % this.capacity) * this.width;
    this.rows.fill(Number.NEGATIVE_INFINITY, from, from + this.width);
    this.rows[from + blank] = 0;
  }

  /** Log-probabilities of a row that is still here, and the number at which it stands in them. */
  at(row: number): [logProbs: Float32Array, index: number] {
    return [this.rows, row % this.capacity];
  }

  clear(): void {
    this.count = 0;
  }
}
