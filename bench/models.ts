// Models of made-up weights: what a step costs does not depend on them.

import { createHash } from "node:crypto";
import { INT4_GROUP } from "../src/engine/layout.ts";
import type { LayerConfig, ModelConfig } from "../src/model/config.ts";
import type { ModelHeader } from "../src/model/header.ts";
import { type Tensor, writeSafetensors } from "../src/model/safetensors.ts";
import { expectedTensors, groupsName, scaleName } from "../src/model/tensors.ts";

export interface Shape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Sub-tokens of every layer, heads as wide as a standard layer's. Default 1. */
  readonly fold?: number;
}

/** torchaudio's base encoder. */
export const BASE: Shape = { width: 512, layers: 20, heads: 8 };
/** The bundled commands model, were it not folded. */
export const COMMANDS: Shape = { width: 128, layers: 8, heads: 4 };

/** Tokens and widths of the models that torchaudio's Emformer RNN-T and the bundled one have in common. */
export function config({ width, layers, heads, fold = 1 }: Shape): ModelConfig {
  const layer: LayerConfig = {
    attentionFold: fold,
    feedForwardFold: fold,
    heads: Math.max(1, heads / fold),
    feedForward: 4 * width,
  };
  return {
    name: "bench",
    language: "",
    licence: "",
    attribution: [],
    features: { sampleRate: 16000, windowSamples: 400, hopSamples: 160, mels: 80, log: "natural", gain: 1 },
    encoder: {
      inputDim: 80,
      projection: width / 4,
      stride: 4,
      width,
      activation: "gelu",
      segment: 4,
      leftContext: 30,
      rightContext: 1,
      memory: 0,
      tanhOnMemory: true,
      outputDim: width,
      layers: Array.from({ length: layers }, () => layer),
    },
    head: { type: "ctc", blank: 0, delay: 0, lead: 0 },
    tokens: Array.from({ length: 32 }, (_, i) => `t${i}`),
    tokenUnit: "piece",
  };
}

/** In -63..63, as foldvox makes them. */
function int8(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (((i * 7919) >>> 3) % 127) - 63);
}

function f32(count: number, value: number): Uint8Array {
  return new Uint8Array(new Float32Array(count).fill(value).buffer);
}

/** Tensors in the file's order. Matrices are int8, or int4 where possible. */
function tensors(model: ModelConfig, weights: "int8" | "int4"): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const { name, shape, kind } of expectedTensors(model)) {
    const size = shape.reduce((product, n) => product * n, 1);
    if (kind === "optional") continue;
    const [outputs, inputs] = shape as [number, number];
    if (kind === "vector") all.set(name, { dtype: "F32", shape, bytes: f32(size, 0.01) });
    else if (weights === "int4" && inputs % INT4_GROUP === 0) {
      const groups = Uint8Array.from({ length: size / INT4_GROUP }, (_, i) => i % 128);
      all.set(name, { dtype: "U8", shape: [outputs, inputs / 2], bytes: int8(size / 2) });
      all.set(groupsName(name), { dtype: "I8", shape: [outputs, inputs / INT4_GROUP], bytes: groups });
      all.set(scaleName(name), { dtype: "F32", shape: [outputs], bytes: f32(outputs, 1e-4) });
    } else {
      all.set(name, { dtype: "I8", shape, bytes: int8(size) });
      all.set(scaleName(name), { dtype: "F32", shape: [outputs], bytes: f32(outputs, 1e-4) });
    }
  }
  return all;
}

/** A model file. */
export function modelFile(shape: Shape, weights: "int8" | "int4" = "int8"): Uint8Array {
  const model = config(shape);
  const contents = tensors(model, weights);
  const hash = createHash("sha256");
  for (const { bytes } of contents.values()) hash.update(bytes);
  const sha256 = hash.digest("hex");
  return writeSafetensors(contents, { format: "foldvox", version: "1", sha256, config: JSON.stringify(model) });
}

/** The header alone of one in int8. */
export function modelHeader(shape: Shape): ModelHeader {
  const model = config(shape);
  let offset = 0;
  const entries = [...tensors(model, "int8")].map(([name, { dtype, shape: sizes, bytes }]) => {
    const entry = { name, dtype, shape: sizes, offset, bytes: bytes.length };
    offset += bytes.length;
    return entry;
  });
  return {
    config: model,
    version: 1,
    tensors: entries,
    sha256: "",
    headerBytes: 0,
    dataBytes: offset,
    fileBytes: offset,
  };
}
