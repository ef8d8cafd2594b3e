// The records of one Emformer layer.

import type { EncoderConfig, LayerConfig } from "../../model/config.ts";
import { relativeSpan, relativeZero } from "../../model/tensors.ts";
import type { LayerState } from "../arena-plan.ts";
import * as layout from "../layout.ts";
import { activationNumber, type Parts } from "./parts.ts";

function relativeBias(parts: Parts, name: string, encoder: EncoderConfig, { attentionFold }: LayerConfig): number {
  const table = parts.tensor(name);
  if (table === 0) return 0;
  const [span, zero] = [relativeSpan(encoder, attentionFold), relativeZero(encoder, attentionFold)];
  return parts.records.record(layout.RelativeBias, { table, span, zero });
}

function selfAttention(parts: Parts, name: string, encoder: EncoderConfig, layer: LayerConfig, state: LayerState) {
  const d = encoder.width / layer.attentionFold;
  return parts.records.record(layout.SelfAttention, {
    fold: layer.attentionFold,
    heads: layer.heads,
    memoryActivation: activationNumber(encoder.tanhOnMemory ? "tanh" : "clamp"),
    norm: parts.norm(`${name}.layer_norm_input`, d),
    query: parts.linear(`${name}.attention.emb_to_query`, d, d),
    keyValue: parts.linear(`${name}.attention.emb_to_key_value`, 2 * d, d),
    output: parts.linear(`${name}.attention.out_proj`, d, d),
    leftContext: state.leftContext,
    memoryBank: state.memoryBank,
    relativeBias: relativeBias(parts, `${name}.attention.relative_bias`, encoder, layer),
  });
}

/** `width` is that of the hidden layer, unfolded. */
function feedForward(parts: Parts, name: string, encoder: EncoderConfig, fold: number, width: number): number {
  const [d, hidden] = [encoder.width / fold, width / fold];
  return parts.records.record(layout.FeedForward, {
    fold,
    norm: parts.norm(`${name}.0`, d),
    expand: parts.linear(`${name}.1`, hidden, d, encoder.activation),
    contract: parts.linear(`${name}.4`, d, hidden),
  });
}

function convolution(parts: Parts, name: string, encoder: EncoderConfig, kernel: number, state: LayerState): number {
  const { width, activation } = encoder;
  return parts.records.record(layout.Convolution, {
    norm: parts.norm(`${name}.norm`, width),
    expand: parts.linear(`${name}.expand`, 2 * width, width),
    kernel,
    taps: parts.tensor(`${name}.depthwise.weight`),
    bias: parts.tensor(`${name}.depthwise.bias`),
    activation: activationNumber(activation),
    contract: parts.linear(`${name}.contract`, width, width),
    cache: state.gated,
  });
}

/** Writes layer `name`; `state` is where its caches lie in a stream's block. */
export function writeEncoderLayer(
  parts: Parts,
  name: string,
  encoder: EncoderConfig,
  layer: LayerConfig,
  state: LayerState,
): number {
  const { feedForwardFold: fold, firstFeedForward, kernel } = layer;
  return parts.records.record(layout.EmformerLayer, {
    subtokenEmbedding: parts.tensor(`${name}.subtoken_embedding`),
    firstFeedForward: firstFeedForward ? feedForward(parts, `${name}.first_ff`, encoder, fold, firstFeedForward) : 0,
    attention: selfAttention(parts, name, encoder, layer, state),
    convolution: kernel ? convolution(parts, `${name}.convolution`, encoder, kernel, state) : 0,
    feedForward: feedForward(parts, `${name}.pos_ff`, encoder, fold, layer.feedForward),
    outputNorm: parts.norm(`${name}.layer_norm_output`, encoder.width / fold),
  });
}
