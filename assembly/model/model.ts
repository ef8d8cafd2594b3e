// The whole model: samples to frames to tokens, tokens to the encoder's output. A transducer's search calls its predictor and joiner
// here, once for all hypotheses.

import { LogMel, WINDOW, initLogMel, logMel } from "../frontend/log-mel";
import { useInt7 } from "../layers/int7";
import { RELAXED } from "../target/build";
import { Encoder, embedFrames, encoderStep, finalFrames, initEncoder } from "./encoder";
import { Joiner, join } from "./joiner";
import { Predictor, predict } from "./predictor";
import { Stream } from "./stream";

/** A transducer's networks after the encoder, and the memory through which the host's search talks to them. */
@unmanaged
export class Transducer {
  predictor: Predictor;
  joiner: Joiner;
  /** i32: arguments of predictSymbols or joinRow */
  requests: usize;
  /** f32 [M][1 + best] and i32 [M][best]: results of joinRow */
  scores: usize;
  tokens: usize;
}

/** The root of the descriptor that the host writes. */
@unmanaged
export class Model {
  logMel: LogMel;
  encoder: Encoder;
  /** Frames [..][mels]: written by the front end, or by the host in its place */
  features: usize;
  /** Output window: the segment [..][D] of the last step */
  output: usize;
  transducer: Transducer | null;
  /** Addresses of all Linear records, and how many */
  linears: usize;
  numLinears: i32;
}

// @ts-ignore: decorator
@inline const HALF_WINDOW: i32 = WINDOW / 2;

/** Fills the constants region and prepares the weights. Called once, after all weights are loaded. */
export function initModel(m: Model): void {
  initLogMel(m.logMel);
  initEncoder(m.encoder);
  if (RELAXED) useInt7(m.linears, m.numLinears, m.encoder.scratch);
}

/** x[-i] = x[i] around the true start, which lies half a window into the buffer. */
function reflectStart(stream: Stream): void {
  const start = stream.samples + (<usize>HALF_WINDOW << 2);
  for (let i: usize = 1; i <= <usize>HALF_WINDOW; i++) store<f32>(start - (i << 2), load<f32>(start + (i << 2)));
  stream.started = 1;
}

/** x[n - 1 + i] = x[n - 1 - i] after the true end. */
function reflectEnd(stream: Stream, numSamples: i32): void {
  const last = stream.samples + (<usize>(numSamples - 1) << 2);
  for (let i: usize = 1; i <= <usize>HALF_WINDOW; i++) store<f32>(last + (i << 2), load<f32>(last - (i << 2)));
}

/** Turns the buffer's samples into frames in m.features, keeps the samples that the next frame needs, and returns the number of frames. */
function makeFrames(m: Model, stream: Stream, numSamples: i32): i32 {
  if (!stream.started) reflectStart(stream);
  const hop = m.logMel.hop;
  const frames = (numSamples - WINDOW) / hop + 1;
  logMel(m.logMel, m.features, stream.samples, frames);
  const used = frames * hop;
  memory.copy(stream.samples, stream.samples + (<usize>used << 2), <usize>(numSamples - used) << 2);
  return frames;
}

/** Makes tokens of the numSamples samples in the stream's buffer, which are at least a window. */
export function acceptSamples(m: Model, stream: Stream, numSamples: i32): void {
  acceptFrames(m, stream, makeFrames(m, stream, numSamples));
}

/** Makes tokens of the frames in m.features. */
export function acceptFrames(m: Model, stream: Stream, frames: i32): void {
  embedFrames(m.encoder, stream, m.features, frames);
}

/** One step of a stream (encoder.ts). Writes m.output and returns its tokens. */
export function step(m: Model, stream: Stream): i32 {
  return encoderStep(m.encoder, stream, m.output);
}

/**
 * The input has ended with numSamples samples in the buffer, including the half window before the first sample. Makes the last
 * frames; the host then calls step until it returns 0. A stream of 200 samples or fewer is too short to be reflected and gives
 * no frames.
 */
export function finishSamples(m: Model, stream: Stream, numSamples: i32): void {
  if (!stream.started && numSamples <= WINDOW) return finishFrames(m, stream, 0);
  if (!stream.started) reflectStart(stream);
  reflectEnd(stream, numSamples);
  finishFrames(m, stream, makeFrames(m, stream, numSamples + HALF_WINDOW));
}

/** The input has ended, and its last frames are in m.features. Appends zeros and makes the last tokens. */
export function finishFrames(m: Model, stream: Stream, frames: i32): void {
  const zeros = finalFrames(m.encoder);
  const frameBytes = <usize>m.logMel.mels << 2;
  memory.fill(m.features + <usize>frames * frameBytes, 0, <usize>zeros * frameBytes);
  stream.finished = 1;
  embedFrames(m.encoder, stream, m.features, frames + zeros);
}

/** Runs the predictor for the M requests in the request window (predictor.ts), on the stream's slots. */
export function predictSymbols(m: Model, stream: Stream, M: i32): void {
  const t = m.transducer!;
  predict(t.predictor, stream.slots, t.requests, M);
}

/** Joins a row of the output window with the M slots in the request window. Writes the score and token windows. */
export function joinRow(m: Model, stream: Stream, row: i32, M: i32): void {
  const t = m.transducer!;
  const encoded = m.output + (<usize>(row * t.joiner.linear.inputs) << 2);
  join(t.joiner, t.predictor, stream.slots, encoded, t.requests, t.scores, t.tokens, M);
}
