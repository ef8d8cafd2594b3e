// How loud each 10 ms of the last minute was: what tells where words begin and end.

/** First difference, milder than the voice detector's: rumble counts less, and the voiced parts of words still count. */
const DIFFERENCE = 0.5;
const SECONDS = 60;
/** Bits of a power as a float: its exponent and three bits of its fraction, steps of 3 dB / 8. The least is that of 2^-32. */
const STEP_BITS = 20;
const LEAST = (127 - 32) << 3;

/** Steps of a level in a decibel. */
export const STEPS_PER_DECIBEL = 8 / (10 * Math.log10(2));

export class Loudness {
  private readonly blockSamples: number;
  private readonly levels: Uint8Array;
  private readonly power = new Float32Array(1);
  private readonly bits = new Uint32Array(this.power.buffer);
  private blocks = 0;
  private filled = 0;
  private energy = 0;
  private before = 0;

  /** Blocks of that many samples, of which there are a hundred in a second. */
  constructor(blockSamples: number) {
    this.blockSamples = blockSamples;
    this.levels = new Uint8Array(SECONDS * 100);
  }

  /** The next samples, in -1 ... 1. */
  accept(samples: Float32Array): void {
    let { before, energy, filled } = this;
    for (let i = 0; i < samples.length; i++) {
      const difference = samples[i]! - DIFFERENCE * before;
      before = samples[i]!;
      energy += difference * difference;
      if (++filled === this.blockSamples) {
        this.levels[this.blocks++ % this.levels.length] = this.levelOf(energy / filled);
        energy = 0;
        filled = 0;
      }
    }
    this.before = before;
    this.energy = energy;
    this.filled = filled;
  }

  /** The first block that is still known, and the one behind the last. */
  get first(): number {
    return Math.max(0, this.blocks - this.levels.length);
  }

  get end(): number {
    return this.blocks;
  }

  /** Level of a known block, in steps: the mean of it and its neighbours. */
  at(block: number): number {
    const from = Math.max(this.first, block - 1);
    const to = Math.min(this.blocks, block + 2);
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.levels[i % this.levels.length]!;
    return sum / (to - from);
  }

  /** Back to the beginning. */
  reset(): void {
    this.blocks = 0;
    this.filled = 0;
    this.energy = 0;
    this.before = 0;
  }

  /** Steps by the float's bits: the same on every JavaScript engine, which logarithms need not be. */
  private levelOf(power: number): number {
    this.power[0] = power;
    return Math.min(255, Math.max(0, (this.bits[0]! >>> STEP_BITS) - LEAST));
  }
}
