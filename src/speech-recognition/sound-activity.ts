// When there is sound, told from quiet by the voice detector: what soundstart and soundend are fired for.

import { VoiceDetector } from "../silence/voice-detector.ts";

const SAMPLE_RATE = 16000;
const BLOCK_SAMPLES = 160;
/** Quiet for so long ends a sound: words of one phrase stay together. */
const QUIET_SECONDS = 0.8;

/** Looks at 16 kHz samples as they come. */
export class SoundActivity {
  /** Seconds of audio looked at. */
  seconds = 0;
  /** Seconds of all blocks in which somebody may have been speaking. */
  voicedSeconds = 0;
  private readonly detector = new VoiceDetector(BLOCK_SAMPLES / SAMPLE_RATE);
  private readonly block = new Float32Array(BLOCK_SAMPLES);
  private filled = 0;
  private voicedAt = Number.NEGATIVE_INFINITY;

  accept(samples: Float32Array): void {
    for (const sample of samples) {
      this.block[this.filled++] = sample;
      if (this.filled === BLOCK_SAMPLES) this.look();
    }
  }

  /** Whether there has been sound a moment ago. */
  get isSound(): boolean {
    return this.seconds - this.voicedAt < QUIET_SECONDS;
  }

  private look(): void {
    this.filled = 0;
    this.seconds += BLOCK_SAMPLES / SAMPLE_RATE;
    if (!this.detector.isVoice(this.block)) return;
    this.voicedAt = this.seconds;
    this.voicedSeconds += BLOCK_SAMPLES / SAMPLE_RATE;
  }
}
