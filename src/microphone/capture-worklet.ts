// The audio worklet: build/capture-worklet.js. Runs in the audio thread, where there is neither fetch nor TextDecoder, and posts
// blocks of samples at the wanted rate.

import { CaptureBlocks } from "./capture-blocks.ts";

// TypeScript's libraries do not know the scope of audio worklets.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: CaptureOptions }) => AudioWorkletProcessor,
): void;

/** What the page tells the worklet. */
export interface CaptureOptions {
  /** Hz of the samples to post. */
  readonly sampleRate: number;
  /** Seconds of sound in a block. */
  readonly blockSeconds: number;
}

registerProcessor(
  "foldvox-capture",
  class extends AudioWorkletProcessor {
    private readonly blocks: CaptureBlocks;

    constructor({ processorOptions }: { processorOptions: CaptureOptions }) {
      super();
      this.blocks = new CaptureBlocks(sampleRate, processorOptions.sampleRate, processorOptions.blockSeconds);
    }

    /** Called by the browser for every 128 samples of the device. */
    process([channels]: Float32Array[][]): boolean {
      for (const block of this.blocks.push(channels ?? [])) this.port.postMessage(block, [block.buffer]);
      return true;
    }
  },
);
