// Scratch: the part of the arena that is dead when a step ends. Its phases share memory.

import type { LayerConfig, ModelConfig } from "../model/config.ts";
import type { ModelHeader } from "../model/header.ts";
import { isInt4 } from "../model/tensors.ts";
import { Cursor, F32 } from "./cursor.ts";
import { FRAME_VALUES, UNPACKED_ROWS } from "./layout.ts";
import type { Sizes } from "./sizes.ts";

/** Byte addresses of scratch. */
export interface ScratchPlan {
  readonly features: number;
  readonly frameWindows: number;
  readonly logMelWork: number;
  readonly normalised: number;
  readonly queries: number;
  readonly context: number;
  readonly keyValues: number;
  readonly scores: number;
  readonly hidden: number;
  readonly expanded: number;
  readonly window: number;
  readonly quantized: number;
  readonly quantizedScales: number;
  readonly quantizedSums: number;
  readonly unpacked: number;
  readonly x: number;
  readonly summary: number;
  readonly encoded: number;
  readonly headScratch: number;
  readonly transducer: TransducerScratch | null;
}

/** Byte addresses that predictor and joiner use during a call. */
export interface TransducerScratch {
  readonly x: number;
  readonly h: number;
  readonly c: number;
  readonly gates: number;
  readonly recurrent: number;
  readonly encoded: number;
  readonly joined: number;
  readonly logits: number;
  readonly exponentials: number;
}

/** Bytes that a thread needs for unpacked int4 weights: int8 rows of the model's longest; 0 if it has none. */
export function unpackedBytes(header: ModelHeader): number {
  return UNPACKED_ROWS * Math.max(0, ...header.tensors.filter(isInt4).map(({ shape }) => 2 * shape[1]!));
}

const padded8 = (columns: number) => Math.ceil(columns / 8) * 8;

/** The most activations, in i16, and rows that one int8 product of the model reads. */
function quantizedSize(config: ModelConfig, sizes: Sizes, frames: number): { columns: number; rows: number } {
  const { width, inputDim, inputKernel = 1, segment, outputDim } = config.encoder;
  const { tokens, rows } = sizes;
  const products: [rows: number, inputs: number][] = [
    [frames, inputKernel * inputDim],
    [segment, width],
    [segment, outputDim],
  ];
  for (const layer of config.encoder.layers) {
    products.push([rows * layer.attentionFold, width / layer.attentionFold]);
    products.push([tokens * layer.feedForwardFold, width / layer.feedForwardFold]);
    products.push([tokens * layer.feedForwardFold, hiddenWidth(layer) / layer.feedForwardFold]);
    products.push([layer.kernel ? tokens : 0, width]);
  }
  if (config.predictor) {
    for (const inputs of [config.predictor.symbolEmbedding, config.predictor.lstmHidden, outputDim]) {
      products.push([sizes.beam, inputs]);
    }
  }
  return {
    // At load, eight rows of int8 weights are packed there (assembly/kernels/matmul-int7.ts).
    columns: Math.max(...products.map(([rows, inputs]) => Math.max(rows, 4) * padded8(inputs))),
    rows: Math.max(...products.map(([rows]) => rows)),
  };
}

/** Width of the wider of a layer's feed-forwards, unfolded. */
const hiddenWidth = ({ feedForward, firstFeedForward = 0 }: LayerConfig) => Math.max(feedForward, firstFeedForward);

/** Queries times keys of a layer. */
function scoresOf(config: ModelConfig, sizes: Sizes, layer: LayerConfig): number {
  const keys = sizes.rows + config.encoder.leftContext;
  return sizes.rows * layer.attentionFold * keys * layer.attentionFold;
}

/**
 * Scratch by lifetime. These live throughout: x, summary, normalised rows, quantized activations and unpacked weights. The phases
 * share the rest, one after another: the front end; attention; the hidden layer of feed-forward; convolution; the output
 * layers; and, when the encoder's step is over, predictor and joiner.
 */
export function planScratch(header: ModelHeader, sizes: Sizes, start: number): { plan: ScratchPlan; end: number } {
  const { config } = header;
  const { width, rightContext, stride, inputKernel, segment, outputDim, layers } = config.encoder;
  const { tokens, rows } = sizes;
  const { mels } = config.features;
  const frames = sizes.lastFrames + rightContext * stride + sizes.framesBehind;
  const quantizedMost = quantizedSize(config, sizes, inputKernel ? Math.ceil(frames / stride) : frames);

  const common = new Cursor(start);
  const x = common.floats(tokens * width);
  const summary = common.floats(width);
  const normalised = common.floats(rows * width);
  const quantized = common.take(quantizedMost.columns * 2);
  const quantizedScales = common.floats(quantizedMost.rows);
  const quantizedSums = common.floats(quantizedMost.rows);
  const unpacked = common.take(unpackedBytes(header));

  const frontEnd = new Cursor(common.at);
  const shared = (sizes.framesBefore + sizes.framesBehind) * mels;
  // Shared frames are copied to just before the new ones.
  const features = frontEnd.floats(shared + frames * mels) + shared * F32;
  const frameWindows = frontEnd.floats(inputKernel ? Math.ceil(frames / stride) * inputKernel * mels : 0);
  const logMelWork = frontEnd.floats(FRAME_VALUES * 4);

  const attention = new Cursor(common.at);
  const queries = attention.floats(rows * width);
  const context = attention.floats(rows * width);
  const keyValues = attention.floats(rows * 2 * width);
  const scores = attention.floats(Math.max(...layers.map((layer) => scoresOf(config, sizes, layer))));

  const feedForward = new Cursor(common.at);
  const hidden = feedForward.floats(tokens * Math.max(...layers.map(hiddenWidth)));

  const convolution = new Cursor(common.at);
  const kernel = Math.max(0, ...layers.map((layer) => layer.kernel ?? 0));
  const expanded = convolution.floats(kernel ? tokens * 2 * width : 0);
  const window = convolution.floats(kernel ? (tokens + kernel - 1) * width : 0);

  const outputs = new Cursor(common.at);
  const encoded = outputs.floats(segment * outputDim);
  const headScratch = outputs.floats(config.tokens.length);

  const search = new Cursor(common.at);
  const transducer = planTransducerScratch(config, sizes.beam, search);

  const plan = {
    features,
    frameWindows,
    logMelWork,
    normalised,
    queries,
    context,
    keyValues,
    scores,
    hidden,
    expanded,
    window,
    quantized,
    quantizedScales,
    quantizedSums,
    unpacked,
    x,
    summary,
    encoded,
    headScratch,
    transducer,
  };
  return { plan, end: Math.max(frontEnd.at, attention.at, feedForward.at, convolution.at, outputs.at, search.at) };
}

function planTransducerScratch(config: ModelConfig, beam: number, cursor: Cursor): TransducerScratch | null {
  const { predictor, encoder, tokens } = config;
  if (!predictor) return null;
  const { symbolEmbedding, lstmHidden } = predictor;
  return {
    x: cursor.floats(beam * Math.max(symbolEmbedding, lstmHidden)),
    h: cursor.floats(beam * lstmHidden),
    c: cursor.floats(beam * lstmHidden),
    gates: cursor.floats(beam * 4 * lstmHidden),
    recurrent: cursor.floats(beam * 4 * lstmHidden),
    encoded: cursor.floats(beam * encoder.outputDim),
    joined: cursor.floats(beam * encoder.outputDim),
    logits: cursor.floats(beam * tokens.length),
    exponentials: cursor.floats(tokens.length),
  };
}
