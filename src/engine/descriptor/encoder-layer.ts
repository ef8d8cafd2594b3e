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

function feedForward(parts: Parts, name: string, encoder: EncoderConfig, layer: LayerConfig): number {
  const d = encoder.width / layer.feedForwardFold;
  const hidden = layer.feedForward / layer.feedForwardFold;
  return parts.records.record(layout.FeedForward, {
    fold: layer.feedForwardFold,
    norm: parts.norm(`${name}.pos_ff.0`, d),
    expand: parts.linear(`${name}.pos_ff.1`, hidden, d, encoder.activation),
    contract: parts.linear(`${name}.pos_ff.4`, d, hidden),
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
  return parts.records.record(layout.EmformerLayer, {
    subtokenEmbedding: parts.tensor(`${name}.subtoken_embedding`),
    attention: selfAttention(parts, name, encoder, layer, state),
    feedForward: feedForward(parts, name, encoder, layer),
    outputNorm: parts.norm(`${name}.layer_norm_output`, encoder.width / layer.feedForwardFold),
  });
}
