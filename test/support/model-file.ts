// Small valid model files with seeded weights, to load, to run and to damage.

import { createHash } from "node:crypto";
import { quantizeInt4 } from "../../src/convert/quantize-int4.ts";
import { INT4_GROUP } from "../../src/engine/layout.ts";
import type { EncoderConfig, ModelConfig, PredictorConfig } from "../../src/model/config.ts";
import { weightsAt } from "../../src/model/int4.ts";
import { type Tensor, writeSafetensors } from "../../src/model/safetensors.ts";
import { expectedTensors, groupsName, scaleName, type TensorSpec } from "../../src/model/tensors.ts";
import { randomFloats } from "./random.ts";

/** A CTC model of two layers, the second folded, with some 2000 parameters; `encoder` replaces fields of the encoder. */
export function smallConfig(encoder: Partial<EncoderConfig> = {}, rest: Partial<ModelConfig> = {}): ModelConfig {
  return {
    name: "small",
    language: "en",
    licence: "MIT",
    attribution: ["seeded numbers"],
    features: { sampleRate: 16000, windowSamples: 400, hopSamples: 160, mels: 8, log: "natural", gain: 1 },
    encoder: {
      inputDim: 8,
      projection: 4,
      stride: 4,
      width: 16,
      activation: "gelu",
      segment: 4,
      leftContext: 8,
      rightContext: 1,
      memory: 0,
      tanhOnMemory: true,
      outputDim: 12,
      layers: [
        { attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 24 },
        { attentionFold: 2, feedForwardFold: 2, heads: 2, feedForward: 24 },
      ],
      ...encoder,
    },
    head: { type: "ctc", blank: 0, delay: 0, lead: 0 },
    tokens: ["<blank>", "yes", "no"],
    tokenUnit: "word",
    ...rest,
  };
}

/** Fields of a small encoder of a Conformer's kind: overlapping tokens, two feed-forwards, convolutions, a direct output. */
export const CONFORMER: Partial<EncoderConfig> = {
  projection: 16,
  stride: 2,
  inputKernel: 3,
  inputActivation: "gelu",
  activation: "silu",
  outputDim: 16,
  output: "direct",
  layers: [
    { attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 24, firstFeedForward: 20, kernel: 7 },
    { attentionFold: 2, feedForwardFold: 2, heads: 2, feedForward: 24, firstFeedForward: 36, kernel: 3 },
  ],
};

/** The small model as a transducer; `predictor` replaces fields of its prediction network. */
export function smallTransducer(predictor: Partial<PredictorConfig> = {}): ModelConfig {
  return smallConfig(
    {},
    {
      head: { type: "transducer", blank: 2, delay: 0, lead: 0 },
      predictor: { symbolEmbedding: 10, lstmLayers: 2, lstmHidden: 6, layerNorm: true, epsilon: 1e-3, ...predictor },
      tokens: ["\u2581yes", "no", "<blank>"],
      tokenUnit: "piece",
      silentTokens: [1],
    },
  );
}

export interface WeightOptions {
  /** Matrices that cannot be int4 are int8 then. */
  readonly weights?: "fp32" | "int8" | "int4";
  readonly seed?: number;
  /** Whether layers get the optional sub-token embedding. */
  readonly embedding?: boolean;
}

export function floatTensor(shape: readonly number[], values: Float32Array): Tensor {
  return { dtype: "F32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

const halfToEven = (x: number) => {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

/** Symmetric int8, one scale a row: [out][in] becomes the matrix and its scales [out]. */
function quantized(shape: readonly number[], values: Float32Array): { matrix: Tensor; scales: Tensor } {
  const [outputs, inputs] = shape as [number, number];
  const matrix = new Int8Array(values.length);
  const scales = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const row = values.subarray(o * inputs, (o + 1) * inputs);
    scales[o] = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 63;
    matrix.set(
      Array.from(row, (x) => (scales[o] === 0 ? 0 : Math.max(-63, Math.min(63, halfToEven(x / scales[o]!))))),
      o * inputs,
    );
  }
  return {
    matrix: { dtype: "I8", shape, bytes: new Uint8Array(matrix.buffer) },
    scales: floatTensor([outputs], scales),
  };
}

/** Values that keep a network of any depth in range: norms near one, matrices as they are usually initialised. */
function values({ name, shape, kind }: TensorSpec, seed: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (kind === "matrix" || kind === "table") return randomFloats(count, seed, Math.sqrt(3 / shape[1]!));
  const nearOne = name.endsWith(".weight") || name === "features.invstddev";
  return randomFloats(count, seed, 0.1).map((x) => (nearOne ? 1 + x : x));
}

/** All tensors of a model in the file's order. */
export function modelTensors(config: ModelConfig, options: WeightOptions = {}): Map<string, Tensor> {
  const { weights = "fp32", seed = 1, embedding = false } = options;
  const tensors = new Map<string, Tensor>();
  expectedTensors(config).forEach((spec, i) => {
    if (spec.kind === "optional" && !embedding) return;
    const random = values(spec, 1000 * seed + i);
    const [outputs, inputs] = spec.shape as [number, number];
    const quantizable = spec.kind === "matrix" || spec.kind === "table";
    if (spec.kind === "matrix" && weights === "int4" && inputs % INT4_GROUP === 0) {
      const { codes, groups, scales } = quantizeInt4(random, outputs, inputs);
      const scalesOfGroups = {
        dtype: "I8",
        shape: [outputs, inputs / INT4_GROUP],
        bytes: new Uint8Array(groups.buffer),
      } as const;
      tensors
        .set(spec.name, { dtype: "U8", shape: [outputs, inputs / 2], bytes: codes })
        .set(groupsName(spec.name), scalesOfGroups)
        .set(scaleName(spec.name), floatTensor([outputs], scales));
    } else if (quantizable && weights !== "fp32") {
      const { matrix, scales } = quantized(spec.shape, random);
      tensors.set(spec.name, matrix).set(scaleName(spec.name), scales);
    } else {
      tensors.set(spec.name, floatTensor(spec.shape, random));
    }
  });
  return tensors;
}

/** The same tensors with those of four bits written out as the int8 that they stand for. */
export function unpacked(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    if (name.endsWith("_groups")) continue;
    if (tensor.dtype !== "U8") {
      all.set(name, tensor);
      continue;
    }
    const { bytes: groups } = tensors.get(groupsName(name))!;
    const weights = Int8Array.from({ length: 2 * tensor.bytes.length }, (_, i) => {
      const [group, place] = [Math.floor(i / INT4_GROUP), i % INT4_GROUP];
      const byte = tensor.bytes[(group * INT4_GROUP) / 2 + (place % 16)]!;
      return weightsAt(groups[group]!)[place < 16 ? byte & 15 : byte >> 4]!;
    });
    const [outputs, half] = tensor.shape as [number, number];
    all.set(name, { dtype: "I8", shape: [outputs, 2 * half], bytes: new Uint8Array(weights.buffer) });
  }
  return all;
}

/** The file of these tensors, checksum and all; `metadata` replaces entries of its metadata. */
export function fileOf(
  config: ModelConfig,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const zeros = "0".repeat(64);
  const file = writeSafetensors(tensors, {
    format: "foldvox",
    version: "2",
    sha256: zeros,
    config: JSON.stringify(config),
    ...metadata,
  });
  const digits = createHash("sha256").update(file).digest("hex");
  const at = Buffer.from(file.buffer).indexOf(`"sha256":"${zeros}"`);
  if (at >= 0) file.set(Buffer.from(digits), at + '"sha256":"'.length);
  return file;
}

/** A whole valid model file. */
export function modelFile(config: ModelConfig = smallConfig(), options: WeightOptions = {}): Uint8Array {
  return fileOf(config, modelTensors(config, options));
}
