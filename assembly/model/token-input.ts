// From frames to tokens. Without a kernel, single frames are projected and the projections of a token's frames are stacked, which
// is again a view. With one, a layer makes a token of `kernel` frames, among them some of its neighbours': a strided convolution.

import { Linear, linear } from "../layers/linear";
import { Scratch } from "../layers/scratch";
import { Stream } from "./stream";

@unmanaged
export class TokenInput {
  /** Frames from token to token */
  stride: i32;
  /** Frames that a token is made of, at least the stride; 0 where projections are stacked */
  kernel: i32;
  /** Those of them before the token's own `stride`, and behind */
  before: i32;
  behind: i32;
  mels: i32;
  /** [d][kernel * mels]; without a kernel [d / stride][mels] */
  linear: Linear;
  /** Scratch, f32 [tokens][kernel * mels] */
  windows: usize;
}

/** Tokens of overlapping frames, to out[tokens][d]; the stream keeps what the next token shares. Before its first frame are zeros. */
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

  // At the end of the input there may be more, which nobody asks for.
  stream.numFrames = min(kept + frames - tokens * t.stride, shared);
  memory.copy(stream.frames, from, <usize>stream.numFrames * frameBytes);
  return tokens;
}

/**
 * Appends the tokens of features[frames][mels] to out[..][d] and returns their number. With a kernel, the place before
 * features must have room for the frames that tokens share.
 */
export function makeTokens(t: TokenInput, s: Scratch, stream: Stream, out: usize, features: usize, frames: i32): i32 {
  if (t.kernel > 0) return overlapping(t, s, stream, out, features, frames);
  const tokens = frames / t.stride;
  linear(t.linear, s, out, features, tokens * t.stride);
  return tokens;
}
