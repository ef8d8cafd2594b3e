// A linear layer over rows. In the threads build, several threads may share the columns of a product (the rows of its weights).
// Each output is computed as one thread would compute it, so the bits are the same.

import { threadsOf } from "../threading/thread-pool";
import { quantizeRows, quantizeRowsWithSums } from "../kernels/quantize";
import { RELAXED, THREADS } from "../target/build";
import { Linear, projectColumns } from "./product";
import { Scratch } from "./scratch";
import { SharedWork, dividesProduct, projectTogether } from "./shared-work";

export { Linear } from "./product";

/** Quantizes x[M][inputs] for `project`, unless l is f32. Layers that read the same rows call it once. */
export function quantizeFor(l: Linear, s: Scratch, x: usize, M: i32): void {
  if (!l.scales) return;
  if (RELAXED && s.int7) quantizeRowsWithSums(s.quantized, s.quantizedScales, s.quantizedSums, x, M, l.inputs);
  else quantizeRows(s.quantized, s.quantizedScales, x, M, l.inputs);
}

/** out[M][outputs] = the layer of rows first ... first + M of x[...][inputs], after quantizeFor has quantized x. */
export function project(l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  if (THREADS && s.pool && dividesProduct(l, M)) {
    const p = changetype<SharedWork>(s.pool);
    if (threadsOf(p) > 1) return projectTogether(p, l, s, out, x, first, M);
  }
  const p = s.product;
  p.out = out;
  p.outStride = <usize>l.outputs << 2;
  p.M = M;
  p.N = l.outputs;
  projectColumns(p, l, s, x, first, 0, s.unpacked);
}

/** out[M][outputs] = activation(x[M][inputs] weight^T + bias). */
export function linear(l: Linear, s: Scratch, out: usize, x: usize, M: i32): void {
  quantizeFor(l, s, x, M);
  project(l, s, out, x, 0, M);
}
