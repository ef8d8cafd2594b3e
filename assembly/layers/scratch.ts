// Where a step keeps what is dead when it ends. The host places these (src/engine/arena.ts); lifetimes overlap.

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
  /** Not f32: what is attended to what */
  attention: Attention;
  /** [rows][feed-forward width], unfolded */
  hidden: usize;
  /** Of a convolution: values and gates [rows][2 d] */
  expanded: usize;
  /** Its gated rows, and a filter's reach around them: [tokens + kernel - 1][d] */
  window: usize;
  /** Activations of a quantized product: [rows][inputs] in i16, or int8 where weights have seven bits; rows of whole vectors */
  quantized: usize;
  /** [rows] */
  quantizedScales: usize;
  /** i32 [rows], where weights have seven bits */
  quantizedSums: usize;
  /** Not f32: what is multiplied with what */
  product: QuantizedProduct;
  /** Weights of four bits as int8, a few rows at a time (matmul-int4.ts) */
  unpacked: usize;
  /** Not scratch, but what every product is given: the table of weights of four bits, or 0 */
  int4: usize;
  /** The same: whether all weights have seven bits and are readied for it (int7.ts) */
  int7: i32;
  /** Threads that help with products (linear.ts) and attention (heads.ts), or 0 */
  pool: usize;
}
