// Watches how the sound arrives and says what is wrong with it: silence, too quiet, too loud. It also notices sound that is as
// long and loud as speech, so that the page can answer where the recognizer hears nothing in it.

/** What there is to say of the sound; null where it is well. */
export type SoundTrouble = "silence" | "quiet" | "clipping" | null;

/** Full scale is 1. */
const SILENT = 1e-4;
const QUIET_PEAK = 0.02;
const CLIPPED = 0.985;
/** Share of samples at full scale that can be heard. */
const CLIPPED_SHARE = 0.002;
const SILENCE_SECONDS = 2;
const QUIET_SECONDS = 4;
/** Speech stands out from the noise by that much, for that long. */
const ABOVE_NOISE = 4;
const SPEECH_SECONDS = 0.35;
/** Without sound for that long, what was said is over. */
const PAUSE_SECONDS = 0.8;

export class SoundWatch {
  private readonly rate: number;
  private silentFor = 0;
  private quietFor = 0;
  private clipped = 0;
  /** The quietest that was heard of late: the room's noise. */
  private noise = 0.003;
  private loudFor = 0;
  private pausedFor = 0;
  /** Root mean square of the last block. */
  private loudness = 0;

  /** Of samples at so many Hz. */
  constructor(rate: number) {
    this.rate = rate;
  }

  /** 0 ... 1 on a scale of 60 dB, for a meter. */
  get level(): number {
    return Math.min(1, Math.max(0, 1 + Math.log10(this.loudness * Math.SQRT2 + 1e-9) / 3));
  }

  get trouble(): SoundTrouble {
    if (this.silentFor >= SILENCE_SECONDS) return "silence";
    if (this.clipped > CLIPPED_SHARE) return "clipping";
    return this.quietFor >= QUIET_SECONDS ? "quiet" : null;
  }

  /** Whether something as long as a word has been said, and a pause has followed. Told once each. */
  accept(samples: Float32Array): boolean {
    if (samples.length === 0) return false;
    const seconds = samples.length / this.rate;
    let power = 0;
    let peak = 0;
    let full = 0;
    for (const sample of samples) {
      const size = Math.abs(sample);
      power += sample * sample;
      if (size > peak) peak = size;
      if (size >= CLIPPED) full++;
    }
    this.loudness = Math.sqrt(power / samples.length);
    this.silentFor = peak < SILENT ? this.silentFor + seconds : 0;
    this.quietFor = peak < QUIET_PEAK ? this.quietFor + seconds : 0;
    // Forgotten in some seconds.
    this.clipped += (full / samples.length - this.clipped) * Math.min(1, seconds / 2);
    return this.hasSpoken(seconds);
  }

  private hasSpoken(seconds: number): boolean {
    this.noise = Math.max(0.0005, Math.min(this.loudness, this.noise * 1.5 ** seconds));
    if (this.loudness > this.noise * ABOVE_NOISE && this.loudness > 0.004) {
      this.loudFor += seconds;
      this.pausedFor = 0;
      return false;
    }
    this.pausedFor += seconds;
    if (this.pausedFor < PAUSE_SECONDS) return false;
    const spoken = this.loudFor >= SPEECH_SECONDS;
    this.loudFor = 0;
    return spoken;
  }
}
