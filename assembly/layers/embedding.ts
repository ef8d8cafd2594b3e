// A table of vectors: int8 or f32, as in the model file.

import { dequantizeRow } from "../kernels/quantize";

/** weight [..][width]: int8 if scales [..] is not 0, else f32. */
@unmanaged
export class Embedding {
  weight: usize;
  scales: usize;
  width: i32;
}

/** out[width] = row `index` of the table. */
export function embed(e: Embedding, out: usize, index: i32): void {
  const row = <usize>index * <usize>e.width;
  if (e.scales) dequantizeRow(out, e.weight + row, load<f32>(e.scales + (<usize>index << 2)), e.width);
  else memory.copy(out, e.weight + (row << 2), <usize>e.width << 2);
}
