// From frames to tokens. Without a kernel, each frame is projected, and the projections of a token's frames are stacked: stacking is
// a view. With a kernel, a strided convolution makes each token of `kernel` frames, some of which belong to its neighbours.

import { Linear, linear } from "../layers/linear";
import { Scratch } from "../layers/scratch";
import { Stream } from "./stream";

@unmanaged
export class TokenInput {
  /** Frames from token to token */
  stride: i32;
  /** Frames that make a token, at least `stride`; 0 if projections are stacked */
  kernel: i32;
  /** How many of them come before the token's own `stride` frames, and how many after */
  before: i32;
  behind: i32;
  mels: i32;
  /** [d][kernel * mels]; without a kernel [d / stride][mels] */
  linear: Linear;
  /** Scratch, f32 [tokens][kernel * mels] */
  windows: usize;
}

/** Writes tokens of overlapping frames to out[tokens][d]. The stream keeps frames that the next token shares; zeros precede its first. */
function overlapping(t: TokenInput, s: Scratch, stream: Stream, out: usize, features: usize, frames: i32): i32 {
  const frameBytes = <usize>t.mels << 2;
  const shared = t.kernel - t.stride;
  const kept = stream.numFrames > 0 ? stream.numFrames : t.before;
  let from = features - <usize>kept * frameBytes;
  if (stream.numFrames > 0) memory.copy(from, stream.frames, <usize>kept * frameBytes);
  else memory.fill(from, 0, <usize>kept * frameBytes);

  const tokens = max(kept + frames - shared, 0) / t.stride;
  const windowBytes = <usize>t.kernel * frameBytes;
  for (let i = 0; i < tokens; i++) {
    memory.copy(t.windows + <usize>i * windowBytes, from, windowBytes);
    from += <usize>t.stride * frameBytes;
  }
  linear(t.linear, s, out, t.windows, tokens);

  // At the end of the input more frames may be left; no token needs them.
  stream.numFrames = min(kept + frames - tokens * t.stride, shared);
  memory.copy(stream.frames, from, <usize>stream.numFrames * frameBytes);
  return tokens;
}

/**
 * Appends the tokens of features[frames][mels] to out[..][d] and returns how many there are. With a kernel, memory before
 * `features` must have room for the shared frames.
 */
export function makeTokens(t: TokenInput, s: Scratch, stream: Stream, out: usize, features: usize, frames: i32): i32 {
  if (t.kernel > 0) return overlapping(t, s, stream, out, features, frames);
  const tokens = frames / t.stride;
  linear(t.linear, s, out, features, tokens * t.stride);
  return tokens;
}
