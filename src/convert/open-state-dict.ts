// Opens whatever holds a state dict: a checkpoint of torch.save, or a safetensors file.

import { headerLength, readSafetensorsHeader } from "../model/safetensors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";
import type { RandomAccess } from "./random-access.ts";
import { floatsOf, type StateDict } from "./state-dict.ts";
import { isTorchCheckpoint, openTorchCheckpoint } from "./torch-checkpoint.ts";

async function openSafetensors(file: RandomAccess): Promise<StateDict> {
  if (file.size < 8) throw badCheckpoint(`The file has ${file.size} bytes; it is no checkpoint.`);
  const length = headerLength(await file.read(0, 8));
  const header = readSafetensorsHeader(await file.read(0, Math.min(length, file.size)));
  if (file.size < header.headerBytes + header.dataBytes) {
    throw badCheckpoint("The safetensors file is shorter than its header says. Download or copy it again.");
  }
  return new Map(
    header.tensors.map(({ name, dtype, shape, offset, bytes }) => {
      const read = async () => {
        if (dtype !== "F32") throw badCheckpoint(`Tensor "${name}" is ${dtype}; weights to convert are F32.`);
        return floatsOf(await file.read(header.headerBytes + offset, bytes));
      };
      return [name, { shape, read }];
    }),
  );
}

/** What the file begins with tells its kind. Errors: bad-checkpoint; bad-model, model-truncated of a safetensors file; io. */
export async function openStateDict(file: RandomAccess): Promise<StateDict> {
  return (await isTorchCheckpoint(file)) ? openTorchCheckpoint(file) : openSafetensors(file);
}
