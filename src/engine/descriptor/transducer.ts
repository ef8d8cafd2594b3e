// The records of a transducer's predictor and joiner.

import type { ModelConfig, PredictorConfig } from "../../model/config.ts";
import type { TransducerPlan } from "../arena-plan.ts";
import * as layout from "../layout.ts";
import type { TransducerScratch } from "../scratch.ts";
import type { Parts } from "./parts.ts";

function lstm(parts: Parts, predictor: PredictorConfig, i: number): number {
  const name = `predictor.lstm_layers.${i}`;
  const { lstmHidden: hidden, symbolEmbedding, epsilon, layerNorm } = predictor;
  return parts.records.record(layout.Lstm, {
    hidden,
    fromInput: parts.linear(`${name}.x2g`, 4 * hidden, i === 0 ? symbolEmbedding : hidden),
    fromState: parts.linear(`${name}.p2g`, 4 * hidden, hidden),
    gateNorm: layerNorm ? parts.norm(`${name}.g_norm`, 4 * hidden, epsilon) : 0,
    cellNorm: layerNorm ? parts.norm(`${name}.c_norm`, hidden, epsilon) : 0,
  });
}

/** Writes the networks behind the encoder; `scratchRecord` is the address of the Scratch record. */
export function writeTransducer(
  parts: Parts,
  config: ModelConfig,
  predictor: PredictorConfig,
  plan: TransducerPlan,
  scratch: TransducerScratch,
  scratchRecord: number,
): number {
  const { records } = parts;
  const { outputDim } = config.encoder;
  const { lstmHidden: hidden, symbolEmbedding } = predictor;
  const layers = Array.from({ length: predictor.lstmLayers }, (_, i) => lstm(parts, predictor, i));
  const { joined, logits, exponentials, ...own } = scratch;
  const { slotBytes, best, requests, scores, tokens } = plan;
  return records.record(layout.Transducer, {
    predictor: records.record(layout.Predictor, {
      embedding: parts.embedding("predictor.embedding", symbolEmbedding),
      inputNorm: parts.norm("predictor.input_layer_norm", symbolEmbedding),
      numLayers: layers.length,
      layers: records.list(layers),
      hidden,
      outputLinear: parts.linear("predictor.linear", outputDim, hidden),
      outputNorm: parts.norm("predictor.output_layer_norm", outputDim),
      slotBytes,
      scratch: scratchRecord,
      ...own,
    }),
    joiner: records.record(layout.Joiner, {
      linear: parts.linear("joiner.linear", config.tokens.length, outputDim),
      blank: config.head.blank,
      best,
      scratch: scratchRecord,
      joined,
      logits,
      exponentials,
    }),
    requests,
    scores,
    tokens,
  });
}
