// The network that training/product/train_sounds.py has written as safetensors, quantized to the bytes of src/pronounce/letters-to-sounds.ts.

import { readSafetensorsHeader } from "../../src/model/safetensors.ts";
import type { Sounds } from "./lexicon-writer.ts";

/** The tensors of a file by name, fp32. */
function tensorsOf(file: Uint8Array): Map<string, { values: Float32Array; columns: number }> {
  const { tensors, headerBytes } = readSafetensorsHeader(file);
  return new Map(
    tensors.map(({ name, offset, bytes, shape }) => {
      const start = headerBytes + offset;
      const values = new Float32Array(file.slice(start, start + bytes).buffer);
      return [name, { values, columns: shape.at(-1)! }];
    }),
  );
}

/** Rows of a matrix as int8, each with a scale of its own. */
function quantized({ values, columns }: { values: Float32Array; columns: number }): {
  scales: Float32Array;
  codes: Int8Array;
} {
  const rows = values.length / columns;
  const scales = new Float32Array(rows);
  const codes = new Int8Array(values.length);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * columns, (row + 1) * columns);
    const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    scales[row] = scale;
    if (scale === 0) continue;
    for (let i = 0; i < columns; i++) codes[row * columns + i] = Math.round(own[i]! / scales[row]!);
  }
  return { scales, codes };
}

/** The network's part of a lexicon. */
export function packSounds(file: Uint8Array): Sounds {
  const tensors = tensorsOf(file);
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The network lacks ${name}.`);
    return tensor;
  };
  const table = quantized(get("table"));
  const hidden = quantized(get("hidden.weight"));
  const output = quantized(get("output.weight"));
  const floats = [
    table.scales,
    get("bias").values,
    hidden.scales,
    get("hidden.bias").values,
    output.scales,
    get("output.bias").values,
  ];
  const parts = [...floats, table.codes, hidden.codes, output.codes];
  const bytes = Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  return { width: get("table").columns, bytes: new Uint8Array(bytes) };
}
