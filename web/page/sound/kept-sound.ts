// The sound of the run, kept so that words can be heard again; of long runs the last minutes.

import { CLIP_RATE, play } from "./clip.ts";

const KEPT_SECONDS = 600;
/** Heard before and after a word. */
const EDGE_SECONDS = 0.08;

export class KeptSound {
  private parts: Int16Array[] = [];
  /** Samples that were dropped at the beginning, and those that are kept. */
  private dropped = 0;
  private kept = 0;
  private silence: () => Promise<void> = async () => {};

  clear(): void {
    this.parts = [];
    this.dropped = 0;
    this.kept = 0;
    void this.silence();
  }

  accept(samples: Float32Array): void {
    this.parts.push(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
    this.kept += samples.length;
    while (this.kept - this.parts[0]!.length > KEPT_SECONDS * CLIP_RATE) {
      const { length } = this.parts.shift()!;
      this.dropped += length;
      this.kept -= length;
    }
  }

  /** What was heard between two times, as far as it is kept. */
  between(start: number, end: number): Float32Array {
    const from = Math.max(this.dropped, Math.round(start * CLIP_RATE));
    const to = Math.min(this.dropped + this.kept, Math.round(end * CLIP_RATE));
    const samples = new Float32Array(Math.max(0, to - from));
    let at = this.dropped;
    for (const part of this.parts) {
      const first = Math.max(0, from - at);
      const last = Math.min(part.length, to - at);
      for (let i = first; i < last; i++) samples[at + i - from] = part[i]! / 32768;
      at += part.length;
    }
    return samples;
  }

  /** Plays a word; ends another that is still heard. */
  replay(start: number, end: number): void {
    void this.silence();
    this.silence = play(this.between(start - EDGE_SECONDS, end + EDGE_SECONDS));
  }
}
