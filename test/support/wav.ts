// A whole WAV file's samples.

import { WavReader } from "../../src/audio/wav.ts";

export function readWav(bytes: Uint8Array): Float32Array {
  const reader = new WavReader();
  const samples = reader.push(bytes);
  reader.finish();
  return samples;
}
