// The encoder: tokens wait in a stream; a step takes a segment and its right context through the layers.
// torchaudio's _EmformerEncoder.infer (input_linear, time reduction, Emformer, output_linear, layer norm), any layer folded.

import { logSoftmax } from "../kernels/softmax";
import { meanOfRows } from "../kernels/vector";
import { EmformerLayer, emformerLayer } from "../layers/emformer-layer";
import { Linear, linear } from "../layers/linear";
import { Norm, normalise } from "../layers/norm";
import { Scratch } from "../layers/scratch";
import { Context } from "../layers/self-attention";
import { Stream } from "./stream";

@unmanaged
export class Encoder {
  /** Tokens of a full segment, and of right context */
  segment: i32;
  rightContext: i32;
  /** Frames stacked into a token: d = stride * projection */
  stride: i32;
  /** [projection][mels] */
  inputLinear: Linear;
  numLayers: i32;
  /** Addresses of EmformerLayer records */
  layers: usize;
  /** [outputDim][d] */
  outputLinear: Linear;
  outputNorm: Norm;
  /** CTC head [tokens][outputDim], or null: the encoder's vectors are the output */
  head: Linear | null;
  context: Context;
  scratch: Scratch;
  /** Scratch: f32 [segment + rightContext][d], [d], [segment][outputDim] and one row of the head */
  x: usize;
  summary: usize;
  encoded: usize;
  headScratch: usize;
}

/** Appends the tokens of features[frames][mels] to the stream: stacking rows of the projection is again a view. */
export function embedFrames(e: Encoder, stream: Stream, features: usize, frames: i32): void {
  const tokens = frames / e.stride;
  const end = stream.tokens + (<usize>(stream.numTokens * e.context.width) << 2);
  linear(e.inputLinear, e.scratch, end, features, tokens * e.stride);
  stream.numTokens += tokens;
}

/** Forgets the first `tokens` waiting tokens. */
function consumeTokens(stream: Stream, tokens: i32, width: i32): void {
  stream.numTokens -= tokens;
  const bytes = <usize>(tokens * width) << 2;
  memory.copy(stream.tokens, stream.tokens + bytes, <usize>(stream.numTokens * width) << 2);
  stream.past += tokens;
  stream.pastSegments++;
}

/** out[segment][tokens] = log-softmax(head(encoded)). */
function ctcHead(e: Encoder, head: Linear, out: usize, segment: i32): void {
  linear(head, e.scratch, out, e.encoded, segment);
  for (let t = 0; t < segment; t++) {
    logSoftmax(out + (<usize>(t * head.outputs) << 2), e.headScratch, head.outputs);
  }
}

/**
 * One step: if a segment and its right context wait (or the input has ended), encodes it to out[segment][D] and returns the
 * number of tokens, else 0. D is the number of CTC tokens, or outputDim without a head.
 */
export function encoderStep(e: Encoder, stream: Stream, out: usize): i32 {
  const segment = min(e.segment, stream.numTokens - e.rightContext);
  if (segment <= 0 || (segment < e.segment && !stream.finished)) return 0;

  const c = e.context;
  c.segment = segment;
  c.past = stream.past;
  c.pastSegments = stream.pastSegments;
  memory.copy(e.x, stream.tokens, <usize>((segment + e.rightContext) * c.width) << 2);
  if (c.memory > 0) meanOfRows(e.summary, e.x, segment, c.width);

  for (let i = 0; i < e.numLayers; i++) {
    const layer = changetype<EmformerLayer>(load<usize>(e.layers + (<usize>i << 2)));
    emformerLayer(layer, c, e.scratch, changetype<usize>(stream), e.x, e.summary);
  }

  const head = e.head;
  const encoded = head ? e.encoded : out;
  linear(e.outputLinear, e.scratch, encoded, e.x, segment);
  normalise(e.outputNorm, encoded, encoded, segment);
  if (head) ctcHead(e, head, out, segment);
  consumeTokens(stream, segment, c.width);
  return segment;
}
