// The encoder: tokens wait in their streams; a step takes a segment and its right context through the layers, of one stream
// or of several that are ready together.
// torchaudio's _EmformerEncoder.infer (input_linear, time reduction, Emformer, output_linear, layer norm), any layer folded; what is
// made of frames, and of the last layer's tokens, may be a Conformer's instead.

import { logSoftmax } from "../kernels/softmax";
import { initConvolution } from "../layers/convolution";
import { EmformerLayer, emformerLayer } from "../layers/emformer-layer";
import { Linear, linear } from "../layers/linear";
import { Norm, normalise } from "../layers/norm";
import { Scratch } from "../layers/scratch";
import { summarise } from "../layers/self-attention";
import { StepBatch, memoriesOf, streamAt } from "../layers/step-batch";
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
  /** [outputDim][d], and the norm behind it; null where the last layer's tokens are the encoder's output */
  outputLinear: Linear | null;
  outputNorm: Norm | null;
  /** CTC head [tokens][outputDim], or null: the encoder's vectors are the output */
  head: Linear | null;
  batch: StepBatch;
  scratch: Scratch;
  /** Scratch, for the most streams S of a step: f32 [S (segment + rightContext)][d], [S][d], [S segment][outputDim] and one row of the head */
  x: usize;
  summaries: usize;
  encoded: usize;
  headScratch: usize;
}

// @ts-ignore: decorator
@inline function layerAt(e: Encoder, i: i32): EmformerLayer {
  return changetype<EmformerLayer>(load<usize>(e.layers + (<usize>i << 2)));
}

/** Readies the layers; once, when all weights are there. */
export function initEncoder(e: Encoder): void {
  for (let i = 0; i < e.numLayers; i++) {
    const filters = layerAt(e, i).convolution;
    if (filters) initConvolution(filters, e.scratch);
  }
}

/** Appends the tokens of features[frames][mels] to the stream. */
export function embedFrames(e: Encoder, stream: Stream, features: usize, frames: i32): void {
  const end = stream.tokens + (<usize>(stream.numTokens * e.batch.width) << 2);
  stream.numTokens += makeTokens(e.input, e.scratch, stream, end, features, frames);
}

/** Frames of zeros that complete the last token and its right context when the input has ended. */
export function finalFrames(e: Encoder): i32 {
  return e.rightContext * e.input.stride + e.input.behind;
}

/** The segment that a stream is ready to encode, in tokens: a full one, at the end of the input what is left, else 0. */
function readySegment(e: Encoder, stream: Stream): i32 {
  const segment = min(e.segment, stream.numTokens - e.rightContext);
  return segment == e.segment || stream.finished ? max(segment, 0) : 0;
}

/** Copies the tokens of the streams that are ready to x, one stream behind the other, and makes b say which those are. */
function gatherTokens(e: Encoder, b: StepBatch, numStreams: i32): void {
  const tokenBytes = <usize>b.width << 2;
  b.numStreams = 0;
  b.tokens = 0;
  b.memories = 0;
  for (let i = 0; i < numStreams; i++) {
    const stream = changetype<Stream>(streamAt(b, i));
    stream.segment = readySegment(e, stream);
    if (stream.segment == 0) continue;
    const tokens = stream.segment + e.rightContext;
    memory.copy(e.x + <usize>b.tokens * tokenBytes, stream.tokens, <usize>tokens * tokenBytes);
    store<usize>(b.streams + (<usize>b.numStreams << 2), changetype<usize>(stream));
    b.numStreams++;
    b.tokens += tokens;
    b.memories += memoriesOf(b, stream);
  }
}

/** Forgets the tokens whose segments have been encoded, and the right contexts in x; returns the tokens left in x. */
function takeSegments(e: Encoder, b: StepBatch): i32 {
  const tokenBytes = <usize>b.width << 2;
  let from = e.x;
  let tokens = 0;
  for (let i = 0; i < b.numStreams; i++) {
    const stream = changetype<Stream>(streamAt(b, i));
    const segment = stream.segment;
    const bytes = <usize>segment * tokenBytes;
    memory.copy(e.x + <usize>tokens * tokenBytes, from, bytes);
    from += bytes + <usize>e.rightContext * tokenBytes;
    tokens += segment;
    stream.numTokens -= segment;
    memory.copy(stream.tokens, stream.tokens + bytes, <usize>stream.numTokens * tokenBytes);
    stream.past += segment;
    stream.pastSegments++;
  }
  return tokens;
}

/** The encoder's output of x[M][d]: to out[M][outputDim], unless it is x itself; returns its place. */
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
 * One step of the first numStreams streams in the list of e.batch: those that have a segment and its right context (or
 * whose input has ended) are encoded to out[segment][D], one behind the other, the others left out. Every stream then says in
 * `segment` how many tokens came out. D is the number of CTC tokens, or outputDim without a head.
 */
export function encoderStep(e: Encoder, numStreams: i32, out: usize): void {
  const b = e.batch;
  gatherTokens(e, b, numStreams);
  if (b.numStreams == 0) return;
  if (b.memoryCapacity > 0) summarise(b, e.summaries, e.x);

  for (let i = 0; i < e.numLayers; i++) {
    emformerLayer(layerAt(e, i), b, e.scratch, e.x, e.summaries);
  }

  const segments = takeSegments(e, b);
  const head = e.head;
  const encoded = outputLayers(e, head ? e.encoded : out, segments);
  if (head) ctcHead(e, head, out, encoded, segments);
  else if (encoded != out) memory.copy(out, encoded, <usize>(segments * b.width) << 2);
}
