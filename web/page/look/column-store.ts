// The spectrogram's columns since the run began; of long runs the last minutes.

const MOST_SECONDS = 600;

export class ColumnStore {
  private readonly bands: number;
  private readonly most: number;
  private bytes: Uint8Array;
  /** Columns since the run began, kept or not. */
  private all = 0;

  /** Columns of so many bands, so many a second. */
  constructor(bands: number, rate: number) {
    this.bands = bands;
    this.most = MOST_SECONDS * rate;
    this.bytes = new Uint8Array(bands * 1024);
  }

  get count(): number {
    return this.all;
  }

  clear(): void {
    this.all = 0;
  }

  /** Values in 0 ... 1. */
  push(column: Float32Array): void {
    const at = this.all % this.most;
    if ((at + 1) * this.bands > this.bytes.length) {
      const grown = new Uint8Array(Math.min(this.bytes.length * 2, this.most * this.bands));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    for (let band = 0; band < this.bands; band++) this.bytes[at * this.bands + band] = 255 * column[band]!;
    this.all++;
  }

  /** A value in 0 ... 255; 0 where nothing is kept. */
  value(column: number, band: number): number {
    if (column < 0 || column >= this.all || column < this.all - this.most) return 0;
    return this.bytes[(column % this.most) * this.bands + band]!;
  }
}
