// How the weights of a model file are stored: f32, int8 (int7, or all eight bits), or int4 where a matrix's columns come in
// whole groups.

import { INT4_GROUP } from "../engine/layout.ts";
import { groupsName, scaleName, type TensorSpec } from "../model/tensors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";
import type { ModelWriter, TensorPlan } from "./model-writer.ts";
import { quantizeInt4 } from "./quantize-int4.ts";
import { EIGHT_BITS, quantizeMatrix, SEVEN_BITS } from "./quantize-matrix.ts";

export const WEIGHTS = ["int8", "int8-full", "int4", "fp32"] as const;
export type Weights = (typeof WEIGHTS)[number];
export type SmallerWeights = Exclude<Weights, "fp32">;
/** What a model of fp32 can be made into. */
export const SMALLER: readonly SmallerWeights[] = WEIGHTS.filter((weights) => weights !== "fp32");

/** How a tensor is stored where `weights` are asked for: what cannot be int4 is int8, and vectors are always fp32. */
export function storedAs({ kind, shape, exact }: TensorSpec, weights: Weights): Weights {
  if (exact || (kind !== "matrix" && kind !== "table")) return "fp32";
  return weights === "int4" && (kind === "table" || shape[1]! % INT4_GROUP !== 0) ? "int8" : weights;
}

/** The tensors that hold it: a quantized matrix has its scales behind it. */
export function planTensor(spec: TensorSpec, weights: Weights): TensorPlan[] {
  const { name, shape } = spec;
  const [outputs, inputs] = shape as [number, number];
  const scales: TensorPlan = { name: scaleName(name), dtype: "F32", shape: [outputs] };
  switch (storedAs(spec, weights)) {
    case "fp32":
      return [{ name, dtype: "F32", shape }];
    case "int8":
    case "int8-full":
      return [{ name, dtype: "I8", shape }, scales];
    case "int4":
      return [
        { name, dtype: "U8", shape: [outputs, inputs / 2] },
        { name: groupsName(name), dtype: "I8", shape: [outputs, inputs / INT4_GROUP] },
        scales,
      ];
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int8Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes a tensor as planTensor says. Errors: bad-checkpoint for values that are not finite. */
export async function writeTensor(
  writer: ModelWriter,
  spec: TensorSpec,
  values: Float32Array,
  weights: Weights,
): Promise<void> {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw badCheckpoint(
      `Tensor ${spec.name} holds ${values[wrong]} at position ${wrong}; the training or the copy went wrong.`,
    );
  }
  const [outputs, inputs] = spec.shape as [number, number];
  const stored = storedAs(spec, weights);
  switch (stored) {
    case "fp32":
      return writer.add(bytesOf(values));
    case "int8":
    case "int8-full": {
      const most = stored === "int8" ? SEVEN_BITS : EIGHT_BITS;
      const { weights: integers, scales } = quantizeMatrix(values, outputs, inputs, most);
      await writer.add(bytesOf(integers));
      return writer.add(bytesOf(scales));
    }
    case "int4": {
      const { codes, groups, scales } = quantizeInt4(values, outputs, inputs);
      await writer.add(codes);
      await writer.add(bytesOf(groups));
      return writer.add(bytesOf(scales));
    }
  }
}
