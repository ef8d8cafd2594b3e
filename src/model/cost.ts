// The cost of running a model, from its header alone: parameters, bytes, multiply-adds, and an estimate of energy.

import type { EncoderConfig, LayerConfig, ModelConfig } from "./config.ts";
import type { ModelHeader } from "./header.ts";
import { hasHeadLinear, isInt4, isScale, layerName } from "./tensors.ts";

/** Multiply-adds of one full step. */
export interface StepMacs {
  readonly linear: number;
  /** Attention scores and weighted sums of values. */
  readonly attention: number;
  /** Filters of convolutions; their projections are linear. */
  readonly filters: number;
}

export interface LayerCost {
  readonly config: LayerConfig;
  readonly parameters: number;
  readonly bytes: number;
  readonly macs: StepMacs;
}

/** Multiply-adds of a transducer's search, whose work depends on how much is said. */
export interface SearchMacs {
  /** For each output row and hypothesis, at least once. */
  readonly joiner: number;
  /** For each token that a hypothesis takes. */
  readonly predictor: number;
}

export interface ModelCost {
  readonly parameters: number;
  readonly bytes: number;
  readonly layers: readonly LayerCost[];
  /** Of a transducer. Steps, seconds and energy below do not include it. */
  readonly search: SearchMacs | null;
  readonly macsPerStep: StepMacs;
  readonly stepsPerSecond: number;
  readonly macsPerSecond: number;
  /** Bytes of one stream's keys and values of left context. */
  readonly keyValueBytes: number;
  /** Bytes of one stream's past rows that the filters of convolutions look back on. */
  readonly filterBytes: number;
  readonly energy: readonly EnergyEstimate[];
}

export interface EnergyEstimate {
  /** Memory that is assumed to hold weights and states. */
  readonly placement: string;
  readonly milliwatts: number;
}

/** Picojoules, 45 nm (Horowitz, ISSCC 2014): SRAM of 1 MB, DRAM, and multiply-adds. */
const PICOJOULES = { sramByte: 12.5, dramByte: 160, int8Mac: 0.23, float32Mac: 4.6 };

function layerMacs(config: ModelConfig, layer: LayerConfig): StepMacs {
  const { width: d, segment, rightContext, leftContext, memory } = config.encoder;
  const summary = memory > 0 ? 1 : 0;
  const tokens = segment + rightContext;
  const queries = tokens + summary;
  const keys = memory + tokens + leftContext;
  // A token is `fold` rows of d / fold, so d x d of weights cost d^2 / fold.
  const square = (d * d) / layer.attentionFold;
  const attentionLinear = 2 * queries * square + 2 * (memory + tokens) * square;
  const hidden = layer.feedForward + (layer.firstFeedForward ?? 0);
  const feedForward = (2 * tokens * d * hidden) / layer.feedForwardFold;
  const convolution = layer.kernel ? 3 * tokens * d * d : 0;
  return {
    linear: attentionLinear + feedForward + convolution,
    attention: 2 * queries * keys * d * layer.attentionFold,
    filters: tokens * d * (layer.kernel ?? 0),
  };
}

/** Multiply-adds of the projections that make one token of frames. */
function inputMacs({ stride, inputKernel, inputDim, projection }: EncoderConfig): number {
  return (inputKernel ?? stride) * inputDim * projection;
}

function searchMacs({ predictor, encoder, tokens }: ModelConfig): SearchMacs | null {
  if (!predictor) return null;
  const { symbolEmbedding, lstmLayers, lstmHidden } = predictor;
  const inputs = symbolEmbedding + (lstmLayers - 1) * lstmHidden;
  const lstms = 4 * lstmHidden * (inputs + lstmLayers * lstmHidden);
  return { joiner: encoder.outputDim * tokens.length, predictor: lstms + lstmHidden * encoder.outputDim };
}

function count(header: ModelHeader, prefix: string): { parameters: number; bytes: number } {
  let parameters = 0;
  let bytes = 0;
  for (const tensor of header.tensors) {
    if (!tensor.name.startsWith(prefix)) continue;
    bytes += tensor.bytes;
    // Scales and feature statistics are in the file but are no trained parameters.
    if (isScale(tensor.name) || tensor.name.startsWith("features.")) continue;
    parameters += tensor.shape.reduce((product, size) => product * size, isInt4(tensor) ? 2 : 1);
  }
  return { parameters, bytes };
}

/** The encoder layers' matrices: what folding makes smaller, and nearly all of a large model. */
function layerMatrixBytes({ config, tensors }: ModelHeader): number {
  const layers = config.encoder.layers.map((_, i) => `${layerName(i)}.`);
  const matrices = tensors.filter(
    ({ name, shape }) =>
      /\.weight(_groups)?$/.test(name) &&
      !name.endsWith("depthwise.weight") &&
      shape.length === 2 &&
      layers.some((layer) => name.startsWith(layer)),
  );
  return matrices.reduce((total, { bytes }) => total + bytes, 0);
}

/** Costs of a model, with left context and memory bank full. */
export function modelCost(header: ModelHeader): ModelCost {
  const { config } = header;
  const { segment, width, outputDim, output, leftContext } = config.encoder;
  const layers = config.encoder.layers.map((layer, i) => ({
    config: layer,
    ...count(header, `${layerName(i)}.`),
    macs: layerMacs(config, layer),
  }));
  const sum = (pick: (layer: LayerCost) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
  const head = hasHeadLinear(config) ? outputDim * config.tokens.length : 0;
  const projected = output === "direct" ? 0 : width * outputDim;
  const ends = segment * (inputMacs(config.encoder) + projected + head);
  const macsPerStep = {
    linear: ends + sum((l) => l.macs.linear),
    attention: sum((l) => l.macs.attention),
    filters: sum((l) => l.macs.filters),
  };
  const stepsPerSecond = config.features.sampleRate / (config.features.hopSamples * config.encoder.stride * segment);
  const keyValueBytes = leftContext * 2 * width * 4 * layers.length;
  const filterBytes = sum(({ config: { kernel = 1 } }) => ((kernel - 1) / 2) * width * 4);
  const whole = count(header, "");
  const stepBytes = whole.bytes - count(header, "predictor.").bytes - count(header, "joiner.").bytes;
  const matrixBytes = layerMatrixBytes(header);

  const int8 = header.tensors.some(({ dtype }) => dtype !== "F32");
  const arithmetic =
    macsPerStep.linear * (int8 ? PICOJOULES.int8Mac : PICOJOULES.float32Mac) +
    (macsPerStep.attention + macsPerStep.filters) * PICOJOULES.float32Mac;
  const estimate = (placement: string, dramBytes: number) => {
    const sramBytes = stepBytes - dramBytes + keyValueBytes + filterBytes;
    const picojoules = dramBytes * PICOJOULES.dramByte + sramBytes * PICOJOULES.sramByte + arithmetic;
    return { placement, milliwatts: picojoules * stepsPerSecond * 1e-9 };
  };
  return {
    ...whole,
    layers,
    search: searchMacs(config),
    macsPerStep,
    stepsPerSecond,
    macsPerSecond: (macsPerStep.linear + macsPerStep.attention + macsPerStep.filters) * stepsPerSecond,
    keyValueBytes,
    filterBytes,
    energy: [
      estimate("weights in DRAM, states in SRAM", stepBytes),
      estimate("matrices of the layers in DRAM, the rest in SRAM", matrixBytes),
      estimate("everything in SRAM", 0),
    ],
  };
}
