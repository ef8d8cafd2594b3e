// From a model file with f32 matrices to one with int8 ones.

import { FoldvoxError } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import { Sha256 } from "../model/sha256.ts";
import { expectedTensors } from "../model/tensors.ts";
import { type FileSink, ModelWriter } from "./model-writer.ts";
import type { RandomAccess } from "./random-access.ts";
import { floatsOf } from "./state-dict.ts";
import { planTensor, writeTensor } from "./torchaudio.ts";

/**
 * Writes the model with all its matrices as int8 and returns the new file's bytes; what is int8 already stays as it is.
 * Errors: model-truncated, model-corrupt (what has been written by then is no model), bad-checkpoint for NaN, io.
 */
export async function quantizeModel(file: RandomAccess, header: ModelHeader, sink: FileSink): Promise<number> {
  if (file.size !== header.fileBytes) {
    throw new FoldvoxError(
      "model-truncated",
      `The model has ${file.size} bytes, its header describes ${header.fileBytes}. Download or copy it again.`,
    );
  }
  const specs = new Map(expectedTensors(header.config).map((spec) => [spec.name, spec]));
  const isMatrix = (name: string) => specs.get(name)?.kind === "matrix";
  const plan = header.tensors.flatMap(({ name, dtype, shape }) =>
    dtype === "F32" && isMatrix(name) ? planTensor(specs.get(name)!, "int8") : [{ name, dtype, shape }],
  );
  const hash = new Sha256();
  const writer = await ModelWriter.begin(sink, header.config, plan);
  for (const { name, dtype, offset, bytes } of header.tensors) {
    const data = await file.read(header.headerBytes + offset, bytes);
    hash.update(data);
    if (dtype === "F32" && isMatrix(name)) await writeTensor(writer, specs.get(name)!, floatsOf(data), "int8");
    else await writer.add(data);
  }
  if (hash.digestHex() !== header.sha256) {
    throw new FoldvoxError("model-corrupt", "The model's data do not match its checksum. Download or copy it again.");
  }
  return writer.finish();
}
