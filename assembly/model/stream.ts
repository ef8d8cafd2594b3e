// The state of one stream, which survives from step to step. The record is at the start of the stream's block in the arena; the
// stream's buffers and every layer's caches follow in that block.

import { Progress } from "../layers/step";

@unmanaged
export class Stream extends Progress {
  /** f32 samples not yet turned into frames; the first window starts 200 samples before the first sample */
  samples: usize;
  /** f32 frames [numFrames][mels] that the next token shares with those before it (token-input.ts) */
  frames: usize;
  numFrames: i32;
  /** f32 tokens [numTokens][d] that are not encoded yet */
  tokens: usize;
  numTokens: i32;
  /** 1 after the start has been reflected and the first frame made */
  started: i32;
  /** 1 after the end of the input; the last segment may then be short */
  finished: i32;
  /** States of a transducer's hypotheses (predictor.ts) */
  slots: usize;
}

/** Resets the stream to its beginning. Caches need no clearing, because only written entries are read. */
export function resetStream(s: Stream): void {
  s.segment = 0;
  s.past = 0;
  s.pastSegments = 0;
  s.numFrames = 0;
  s.numTokens = 0;
  s.started = 0;
  s.finished = 0;
}
