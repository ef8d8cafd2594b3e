// Loudness by frequency band for the picture on the page. The recognizer has its own front end; this one only has to look right.

const SAMPLE_RATE = 16000;
const SIZE = 512;
const HOP = 160;
/** Quietest and loudest power that is drawn, in dB of full scale. */
const FLOOR_DB = -85;
const CEILING_DB = -25;

const mel = (hertz: number) => 1127 * Math.log1p(hertz / 700);
const hertz = (value: number) => 700 * Math.expm1(value / 1127);

/** In place, of SIZE points: radix 2, real part and imaginary part. */
function transform(re: Float32Array, im: Float32Array): void {
  for (let i = 1, j = 0; i < SIZE; i++) {
    let bit = SIZE >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let half = 1; half < SIZE; half *= 2) {
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((Math.PI * k) / half);
      const sin = -Math.sin((Math.PI * k) / half);
      for (let a = k; a < SIZE; a += 2 * half) {
        const b = a + half;
        const r = re[b]! * cos - im[b]! * sin;
        const i = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - r;
        im[b] = im[a]! - i;
        re[a] = re[a]! + r;
        im[a] = im[a]! + i;
      }
    }
  }
}

/** Turns 16 kHz samples into columns of `bands` values in 0 ... 1, lowest band first, 100 a second. */
export class Spectrum {
  /** Columns a second. */
  static readonly rate = SAMPLE_RATE / HOP;
  private readonly edges: number[];
  private readonly frame = new Float32Array(SIZE);
  private readonly re = new Float32Array(SIZE);
  private readonly im = new Float32Array(SIZE);
  private fresh = 0;

  constructor(bands: number) {
    const top = mel(SAMPLE_RATE / 2);
    this.edges = Array.from({ length: bands + 1 }, (_, band) => (hertz((top * band) / bands) * SIZE) / SAMPLE_RATE);
  }

  push(samples: Float32Array): Float32Array[] {
    const columns: Float32Array[] = [];
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + HOP - this.fresh);
      this.frame.copyWithin(0, part.length);
      this.frame.set(part, SIZE - part.length);
      this.fresh += part.length;
      at += part.length;
      if (this.fresh === HOP) columns.push(this.column());
    }
    return columns;
  }

  private column(): Float32Array {
    this.fresh = 0;
    for (let i = 0; i < SIZE; i++) this.re[i] = this.frame[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
    this.im.fill(0);
    transform(this.re, this.im);
    const bands = this.edges.length - 1;
    return Float32Array.from({ length: bands }, (_, band) => {
      const from = Math.floor(this.edges[band]!);
      const to = Math.max(from + 1, Math.ceil(this.edges[band + 1]!));
      let power = 0;
      for (let k = from; k < to; k++) power = Math.max(power, this.re[k]! ** 2 + this.im[k]! ** 2);
      // A full-scale sine has (SIZE / 4)^2.
      const decibel = 10 * Math.log10(power / (SIZE / 4) ** 2 + 1e-12);
      return Math.min(1, Math.max(0, (decibel - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
    });
  }
}
