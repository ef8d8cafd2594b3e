// From a model file to one with smaller weights.

import { FoldvoxError } from "../errors.ts";
import { beginChecksum } from "../model/checksum.ts";
import type { ModelHeader, ModelTensor } from "../model/header.ts";
import { expectedTensors, scaleName, type TensorSpec } from "../model/tensors.ts";
import { type FileSink, ModelWriter } from "./model-writer.ts";
import type { RandomAccess } from "./random-access.ts";
import { floatsOf } from "./state-dict.ts";
import { planTensor, type SmallerWeights, storedAs, writeTensor } from "./weights.ts";

const BITS = { F32: 32, I8: 8, U8: 4 } as const;
const BITS_OF = { fp32: 32, int8: 8, "int8-full": 8, int4: 4 } as const;

/** The model's tensors that become smaller, by name. */
function smaller(header: ModelHeader, weights: SmallerWeights): Map<string, TensorSpec> {
  const specs = new Map(expectedTensors(header.config).map((spec) => [spec.name, spec]));
  return new Map(
    header.tensors.flatMap(({ name, dtype }) => {
      const spec = specs.get(name);
      return spec && BITS_OF[storedAs(spec, weights)] < BITS[dtype] ? [[name, spec]] : [];
    }),
  );
}

/** Values of int8 rows and their scales. */
function dequantized(bytes: Uint8Array, scales: Float32Array): Float32Array {
  const integers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const columns = integers.length / scales.length;
  return Float32Array.from(integers, (value, i) => value * scales[Math.floor(i / columns)]!);
}

/**
 * Writes the model with its matrices as `weights` and returns the new file's bytes; what is as small already stays as it is.
 * Errors: model-truncated, model-corrupt (what has been written by then is no model), bad-checkpoint for NaN, io.
 */
export async function quantizeModel(
  file: RandomAccess,
  header: ModelHeader,
  weights: SmallerWeights,
  sink: FileSink,
): Promise<number> {
  if (file.size !== header.fileBytes) {
    throw new FoldvoxError(
      "model-truncated",
      `The model has ${file.size} bytes, its header describes ${header.fileBytes}. Download or copy it again.`,
    );
  }
  const read = ({ offset, bytes }: ModelTensor) => file.read(header.headerBytes + offset, bytes);
  const tensors = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const changed = smaller(header, weights);
  const replaced = new Set(Array.from(changed.keys(), scaleName));
  const plan = header.tensors.flatMap(({ name, dtype, shape }) => {
    if (replaced.has(name)) return [];
    return changed.has(name) ? planTensor(changed.get(name)!, weights) : [{ name, dtype, shape }];
  });
  const hash = beginChecksum(header, await file.read(0, header.headerBytes));
  const writer = await ModelWriter.begin(sink, header.config, plan);
  for (const tensor of header.tensors) {
    const data = await read(tensor);
    hash.update(data);
    if (replaced.has(tensor.name)) continue;
    const spec = changed.get(tensor.name);
    if (!spec) {
      await writer.add(data);
      continue;
    }
    const scales = tensor.dtype === "I8" ? floatsOf(await read(tensors.get(scaleName(tensor.name))!)) : null;
    await writeTensor(writer, spec, scales ? dequantized(data, scales) : floatsOf(data), weights);
  }
  if (hash.digestHex() !== header.sha256) {
    throw new FoldvoxError("model-corrupt", "The model does not match its checksum. Download or copy it again.");
  }
  return writer.finish();
}
