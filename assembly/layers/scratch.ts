// Memory that a step uses and that is dead when it ends. The host places it (src/engine/scratch.ts); lifetimes overlap.

import { Attention } from "../kernels/attention";
import { QuantizedProduct } from "../kernels/quantized-product";

/** Addresses of f32 unless said otherwise. d is the token width; rows are a step's memory, tokens and summary. */
@unmanaged
export class Scratch {
  /** [rows][d] */
  normalised: usize;
  /** [rows][d] */
  queries: usize;
  /** [rows][d] */
  context: usize;
  /** [rows][2 d] */
  keyValues: usize;
  /** [queries][keys] in the layer with the most sub-tokens */
  scores: usize;
  /** Not f32: the operands of attention */
  attention: Attention;
  /** [rows][feed-forward width], unfolded */
  hidden: usize;
  /** Of a convolution: values and gates [rows][2 d] */
  expanded: usize;
  /** Its gated rows, and a filter's reach around them: [tokens + kernel - 1][d] */
  window: usize;
  /** Activations of a quantized product: [rows][inputs] in i16, or int8 for int7 weights; rows of whole vectors */
  quantized: usize;
  /** [rows] */
  quantizedScales: usize;
  /** i32 [rows], for int7 weights */
  quantizedSums: usize;
  /** Not f32: the operands of a quantized product */
  product: QuantizedProduct;
  /** int4 weights as int8, a few rows at a time (matmul-int4.ts) */
  unpacked: usize;
  /** Not scratch, but read by every product: the table of int4 weights, or 0 */
  int4: usize;
  /** The same: whether all weights are int7 and packed for relaxed SIMD (int7.ts) */
  int7: i32;
  /** Threads that help with products (linear.ts) and attention (heads.ts), or 0 */
  pool: usize;
}
