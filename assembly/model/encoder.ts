// The encoder: tokens wait in their stream; a step takes a segment and its right context through the layers.
// It is torchaudio's _EmformerEncoder.infer (input_linear, time reduction, Emformer, output_linear, layer norm); any layer may be folded.
// The input and output layers may be those of a Conformer instead.

import { logSoftmax } from "../kernels/softmax";
import { initConvolution } from "../layers/convolution";
import { EmformerLayer, emformerLayer } from "../layers/emformer-layer";
import { Linear, linear } from "../layers/linear";
import { Norm, normalise } from "../layers/norm";
import { Scratch } from "../layers/scratch";
import { summarise } from "../layers/self-attention";
import { Step } from "../layers/step";
import { Stream } from "./stream";
import { TokenInput, makeTokens } from "./token-input";

@unmanaged
export class Encoder {
  /** Tokens of a full segment, and of right context */
  segment: i32;
  rightContext: i32;
  input: TokenInput;
  numLayers: i32;
  /** Addresses of EmformerLayer records */
  layers: usize;
  /** [outputDim][d], and the norm after it; null if the last layer's tokens are the encoder's output */
  outputLinear: Linear | null;
  outputNorm: Norm | null;
  /** CTC head [tokens][outputDim], or null: the encoder's vectors are the output */
  head: Linear | null;
  step: Step;
  scratch: Scratch;
  /** Scratch, f32 [segment + rightContext][d], [d], [segment][outputDim] and one row of the head */
  x: usize;
  summary: usize;
  encoded: usize;
  headScratch: usize;
}

// @ts-ignore: decorator
@inline function layerAt(e: Encoder, i: i32): EmformerLayer {
  return changetype<EmformerLayer>(load<usize>(e.layers + (<usize>i << 2)));
}

/** Prepares the layers. Called once, after all weights are loaded. */
export function initEncoder(e: Encoder): void {
  for (let i = 0; i < e.numLayers; i++) {
    const filters = layerAt(e, i).convolution;
    if (filters) initConvolution(filters, e.scratch);
  }
}

/** Appends the tokens of features[frames][mels] to the stream. */
export function embedFrames(e: Encoder, stream: Stream, features: usize, frames: i32): void {
  const end = stream.tokens + (<usize>(stream.numTokens * e.step.width) << 2);
  stream.numTokens += makeTokens(e.input, e.scratch, stream, end, features, frames);
}

/** How many frames of zeros complete the last token and its right context at the end of the input. */
export function finalFrames(e: Encoder): i32 {
  return e.rightContext * e.input.stride + e.input.behind;
}

/** Tokens that the stream is ready to encode: a full segment; at the end of the input, what is left; otherwise 0. */
function readySegment(e: Encoder, stream: Stream): i32 {
  const segment = min(e.segment, stream.numTokens - e.rightContext);
  return segment == e.segment || stream.finished ? max(segment, 0) : 0;
}

/** Copies the stream's next segment and its right context to x, and describes them in b. */
function gatherTokens(e: Encoder, b: Step, stream: Stream): void {
  b.stream = stream;
  b.tokens = stream.segment + e.rightContext;
  b.memories = min(b.memoryCapacity, stream.pastSegments);
  memory.copy(e.x, stream.tokens, <usize>(b.tokens * b.width) << 2);
}

/** Drops the tokens that have been encoded. */
function takeSegment(b: Step, stream: Stream): void {
  const tokenBytes = <usize>b.width << 2;
  const segment = stream.segment;
  stream.numTokens -= segment;
  memory.copy(stream.tokens, stream.tokens + <usize>segment * tokenBytes, <usize>stream.numTokens * tokenBytes);
  stream.past += segment;
  stream.pastSegments++;
}

/** Computes the encoder's output of x[M][d] and returns its address: out[M][outputDim], or x if there is no output layer. */
function outputLayers(e: Encoder, out: usize, M: i32): usize {
  const outputLinear = e.outputLinear;
  if (!outputLinear) return e.x;
  linear(outputLinear, e.scratch, out, e.x, M);
  normalise(e.outputNorm!, out, out, M);
  return out;
}

/** out[M][tokens] = log-softmax(head(encoded[M][outputDim])). */
function ctcHead(e: Encoder, head: Linear, out: usize, encoded: usize, M: i32): void {
  linear(head, e.scratch, out, encoded, M);
  for (let m = 0; m < M; m++) {
    logSoftmax(out + (<usize>(m * head.outputs) << 2), e.headScratch, head.outputs);
  }
}

/**
 * One step of a stream that has a segment and its right context, or whose input has ended: encodes the segment to out[segment][D]
 * and returns its tokens, 0 if the stream is not ready. D is the number of CTC tokens, or outputDim without a head.
 */
export function encoderStep(e: Encoder, stream: Stream, out: usize): i32 {
  const b = e.step;
  const segment = readySegment(e, stream);
  stream.segment = segment;
  if (segment == 0) return 0;
  gatherTokens(e, b, stream);
  if (b.memoryCapacity > 0) summarise(b, e.summary, e.x);

  for (let i = 0; i < e.numLayers; i++) {
    emformerLayer(layerAt(e, i), b, e.scratch, e.x, e.summary);
  }

  takeSegment(b, stream);
  const head = e.head;
  const encoded = outputLayers(e, head ? e.encoded : out, segment);
  if (head) ctcHead(e, head, out, encoded, segment);
  else if (encoded != out) memory.copy(out, encoded, <usize>(segment * b.width) << 2);
  return segment;
}
