// The state of one stream: what survives from step to step. The record stands at the start of the stream's block in the
// arena; its buffers and every layer's caches follow in the same block.

import { Progress } from "../layers/step";

@unmanaged
export class Stream extends Progress {
  /** f32 samples not yet turned into frames; the first window starts 200 samples before the first sample */
  samples: usize;
  /** f32 frames [numFrames][mels] that the next token shares with those before it (token-input.ts) */
  frames: usize;
  numFrames: i32;
  /** f32 tokens [numTokens][d] that wait for their segment or for its right context */
  tokens: usize;
  numTokens: i32;
  /** 1 once the first frame is made, that is once the start has been reflected */
  started: i32;
  /** 1 once the input has ended: the last segment may then run short */
  finished: i32;
  /** States of a transducer's hypotheses (predictor.ts) */
  slots: usize;
}

/** Back to the beginning. Caches need no clearing: only what has been written is read. */
export function resetStream(s: Stream): void {
  s.segment = 0;
  s.past = 0;
  s.pastSegments = 0;
  s.numFrames = 0;
  s.numTokens = 0;
  s.started = 0;
  s.finished = 0;
}
