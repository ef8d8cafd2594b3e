// What the audio worklet does with sound: channels to one, the device's rate to the wanted one, render quanta to blocks.

import { Resampler } from "../audio/resampler.ts";

export class CaptureBlocks {
  private readonly resampler: Resampler;
  private readonly blockSamples: number;
  private block: Float32Array<ArrayBuffer>;
  private filled = 0;

  /** Rates in Hz, whole numbers. Blocks are some `blockSeconds` long. */
  constructor(deviceRate: number, sampleRate: number, blockSeconds: number) {
    this.resampler = new Resampler(deviceRate, sampleRate);
    this.blockSamples = Math.round(deviceRate * blockSeconds);
    this.block = new Float32Array(this.blockSamples);
  }

  /** Takes a render quantum, one array a channel; returns the blocks that it completes. */
  push(channels: readonly Float32Array[]): Float32Array[] {
    const length = channels[0]?.length ?? 0;
    const complete: Float32Array[] = [];
    for (let i = 0; i < length; i++) {
      let total = 0;
      for (const channel of channels) total += channel[i]!;
      this.block[this.filled++] = total / channels.length;
      if (this.filled === this.blockSamples) complete.push(this.take());
    }
    return complete;
  }

  /** The resampled block; it is the receiver's from now on. */
  private take(): Float32Array {
    const block = this.resampler.process(this.block);
    this.block = new Float32Array(this.blockSamples);
    this.filled = 0;
    return block;
  }
}
