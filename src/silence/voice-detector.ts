// Detects possible speech: sound that rises above the quietest level of the last seconds. It must miss no speech, so it also reports music, a
// door, or a passing car.

/** Time constant of the smoothed power, as the share of a new block: some 70 ms at blocks of 10 ms. */
const SMOOTHING = 0.14;
/** Speech is this many times the floor's power (2.6 dB). Smoothed white noise stays below 1.5 times its own floor. */
const RATIO = 1.8;
/** Power below which nothing counts as sound: -80 dB of full scale, after the difference filter. */
const SILENCE = 1e-8;
/** The floor is the least smoothed power of the last one to two of these spans. */
const FLOOR_SECONDS = 1.5;
/** First difference: rumble below 300 Hz must hide no speech. */
const DIFFERENCE = 0.9;

export class VoiceDetector {
  private readonly blocksPerSpan: number;
  private before = 0;
  private smoothed = 0;
  private blocks = 0;
  /** Least smoothed power of the span that goes on, and of the one before. */
  private least = 0;
  private leastBefore = 0;

  /** Looks at blocks of that many seconds. */
  constructor(blockSeconds: number) {
    this.blocksPerSpan = Math.round(FLOOR_SECONDS / blockSeconds);
  }

  /** Whether the next block may hold speech. */
  isVoice(block: Float32Array): boolean {
    let energy = 0;
    let before = this.before;
    for (let i = 0; i < block.length; i++) {
      const difference = block[i]! - DIFFERENCE * before;
      before = block[i]!;
      energy += difference * difference;
    }
    this.before = before;
    const power = energy / block.length;
    // The first block sets the level, and speech at the start of a stream is above the blocks that follow it.
    this.smoothed = this.blocks === 0 ? power : this.smoothed + SMOOTHING * (power - this.smoothed);
    if (this.blocks % this.blocksPerSpan === 0) {
      this.leastBefore = this.blocks === 0 ? this.smoothed : this.least;
      this.least = this.smoothed;
    }
    this.blocks++;
    this.least = Math.min(this.least, this.smoothed);
    return this.smoothed > RATIO * Math.min(this.least, this.leastBefore) + SILENCE;
  }

  /** Back to the beginning. */
  reset(): void {
    this.before = 0;
    this.smoothed = 0;
    this.blocks = 0;
    this.least = 0;
    this.leastBefore = 0;
  }
}
