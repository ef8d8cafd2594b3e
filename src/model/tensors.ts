// The tensors of a configuration, in the file's order. Names and shapes are those of torchaudio's state dict; parts that torchaudio's
// Emformer lacks have similar names.

import type { EncoderConfig, HeadConfig, LayerConfig, ModelConfig, PredictorConfig } from "./config.ts";
import type { Dtype } from "./safetensors.ts";

export interface TensorSpec {
  readonly name: string;
  /** [out, in] for a matrix. */
  readonly shape: readonly number[];
  /**
   * A matrix may be int8 or int4, followed by its scales. A table, whose rows are looked up, may be int8. Everything else is f32. An
   * optional tensor may be missing.
   */
  readonly kind: "matrix" | "table" | "vector" | "optional";
  /** Conversions leave this matrix f32. */
  readonly exact?: boolean;
}

function linear(name: string, outputs: number, inputs: number, bias = true): TensorSpec[] {
  const weight: TensorSpec = { name: `${name}.weight`, shape: [outputs, inputs], kind: "matrix" };
  return bias ? [weight, { name: `${name}.bias`, shape: [outputs], kind: "vector" }] : [weight];
}

function norm(name: string, width: number): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [width], kind: "vector" },
    { name: `${name}.bias`, shape: [width], kind: "vector" },
  ];
}

/** How many distances of key and query, in sub-tokens, occur in a step of a folded layer. */
export function relativeSpan({ leftContext, segment, rightContext }: EncoderConfig, fold: number): number {
  return (leftContext + 2 * (segment + rightContext)) * fold - 1;
}

/** Index of distance 0: a query and its own key. */
export function relativeZero({ leftContext, segment, rightContext }: EncoderConfig, fold: number): number {
  return (leftContext + segment + rightContext) * fold - 1;
}

function feedForwardTensors(name: string, width: number, hidden: number): TensorSpec[] {
  return [...norm(`${name}.0`, width), ...linear(`${name}.1`, hidden, width), ...linear(`${name}.4`, width, hidden)];
}

function convolutionTensors(name: string, width: number, kernel: number): TensorSpec[] {
  return [
    ...norm(`${name}.norm`, width),
    ...linear(`${name}.expand`, 2 * width, width),
    // One filter per channel: one in a hundred of a layer's weights, in f32 because nothing sums over channels.
    { name: `${name}.depthwise.weight`, shape: [width, kernel], kind: "vector" },
    { name: `${name}.depthwise.bias`, shape: [width], kind: "vector" },
    ...linear(`${name}.contract`, width, width),
  ];
}

function layerTensors(name: string, encoder: EncoderConfig, layer: LayerConfig): TensorSpec[] {
  // A folded layer is a narrower Emformer layer.
  const d = encoder.width / layer.attentionFold;
  const fold = layer.feedForwardFold;
  const narrow = encoder.width / fold;
  const span = relativeSpan(encoder, layer.attentionFold);
  return [
    { name: `${name}.subtoken_embedding`, shape: [layer.attentionFold, d], kind: "optional" },
    ...(layer.firstFeedForward ? feedForwardTensors(`${name}.first_ff`, narrow, layer.firstFeedForward / fold) : []),
    ...norm(`${name}.layer_norm_input`, d),
    ...linear(`${name}.attention.emb_to_key_value`, 2 * d, d),
    ...linear(`${name}.attention.emb_to_query`, d, d),
    { name: `${name}.attention.relative_bias`, shape: [layer.heads, span], kind: "optional" },
    ...linear(`${name}.attention.out_proj`, d, d),
    ...(layer.kernel ? convolutionTensors(`${name}.convolution`, encoder.width, layer.kernel) : []),
    ...feedForwardTensors(`${name}.pos_ff`, narrow, layer.feedForward / fold),
    ...norm(`${name}.layer_norm_output`, narrow),
  ];
}

function lstmTensors(name: string, predictor: PredictorConfig, inputs: number): TensorSpec[] {
  const { lstmHidden: hidden, layerNorm } = predictor;
  return [
    ...linear(`${name}.x2g`, 4 * hidden, inputs, !layerNorm),
    ...linear(`${name}.p2g`, 4 * hidden, hidden, false),
    ...(layerNorm ? [...norm(`${name}.c_norm`, hidden), ...norm(`${name}.g_norm`, 4 * hidden)] : []),
  ];
}

/** Tensors of a transducer after its encoder. */
function transducerTensors({ encoder, tokens }: ModelConfig, predictor: PredictorConfig): TensorSpec[] {
  const { symbolEmbedding, lstmLayers, lstmHidden } = predictor;
  return [
    { name: "predictor.embedding.weight", shape: [tokens.length, symbolEmbedding], kind: "table" },
    ...norm("predictor.input_layer_norm", symbolEmbedding),
    ...Array.from({ length: lstmLayers }, (_, i) =>
      lstmTensors(`predictor.lstm_layers.${i}`, predictor, i === 0 ? symbolEmbedding : lstmHidden),
    ).flat(),
    ...linear("predictor.linear", encoder.outputDim, lstmHidden),
    ...norm("predictor.output_layer_norm", encoder.outputDim),
    ...linear("joiner.linear", tokens.length, encoder.outputDim),
  ];
}

/** Whether a tensor of a model file is an int4 matrix: two weights in a byte, [out, in / 2]. */
export const isInt4 = ({ dtype }: { readonly dtype: Dtype }) => dtype === "U8";

/** Name of the group scales of an int4 matrix: int8 [out, in / 32], 0 to 127, in 256ths of the row's scale. */
export function groupsName(matrix: string): string {
  return `${matrix}_groups`;
}

/** Name of the scales of a quantized matrix: f32 [out]. */
export function scaleName(matrix: string): string {
  return `${matrix}_scale`;
}

/** Whether a tensor holds the scales of another. */
export function isScale(name: string): boolean {
  return name.endsWith("_scale") || name.endsWith("_groups");
}

/** Common beginning of the names of layer i's tensors. */
export function layerName(i: number): string {
  return `transcriber.transformer.emformer_layers.${i}`;
}

const HEADS_WITH_LINEAR: Readonly<Record<HeadConfig["type"], boolean>> = { ctc: true, transducer: false };

/** Whether the encoder's vectors go through a linear layer to log-probs of tokens; without it they are the output. */
export function hasHeadLinear({ head }: ModelConfig): boolean {
  return HEADS_WITH_LINEAR[head.type];
}

function outputTensors({ outputDim, width }: EncoderConfig): TensorSpec[] {
  return [...linear("transcriber.output_linear", outputDim, width), ...norm("transcriber.layer_norm", outputDim)];
}

/**
 * Tensors that make tokens of frames. For overlapping frames they stay f32: with an int8 input product, the phoneme errors of `english` rose
 * from 14 to 29 %, and it is only a fiftieth of the model's arithmetic.
 */
function inputTensors({ projection, inputDim, inputKernel }: EncoderConfig): TensorSpec[] {
  const name = "transcriber.input_linear";
  if (inputKernel === undefined) return linear(name, projection, inputDim, false);
  const [weight, bias] = linear(name, projection, inputKernel * inputDim) as [TensorSpec, TensorSpec];
  return [{ ...weight, exact: true }, bias];
}

/** Every tensor of a model, in the order in which the file holds them. */
export function expectedTensors(config: ModelConfig): TensorSpec[] {
  const { encoder, features } = config;
  return [
    { name: "features.mean", shape: [features.mels], kind: "vector" },
    { name: "features.invstddev", shape: [features.mels], kind: "vector" },
    ...inputTensors(encoder),
    ...encoder.layers.flatMap((layer, i) => layerTensors(layerName(i), encoder, layer)),
    ...(encoder.output === "direct" ? [] : outputTensors(encoder)),
    ...(hasHeadLinear(config) ? linear("head.linear", config.tokens.length, encoder.outputDim) : []),
    ...(config.predictor ? transducerTensors(config, config.predictor) : []),
  ];
}
