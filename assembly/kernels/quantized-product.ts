// The operands of a product of quantized activations and weights: int8, int7 or int4.

/** out[M][N] = float(q[M][K] w[N][K]^T) * (scales[M] * weightScales[N]) + bias[N]. All but M, N, K and outStride are addresses. */
@unmanaged
export class QuantizedProduct {
  /** f32, in rows outStride bytes apart */
  out: usize;
  outStride: usize;
  /** Activations and their scales, as quantizeRows leaves them, or as quantizeRowsWithSums does where there are sums */
  q: usize;
  scales: usize;
  /** i32 [M] for int7 weights, else 0 */
  sums: usize;
  w: usize;
  weightScales: usize;
  /** [N], or 0 (none) */
  bias: usize;
  M: i32;
  N: i32;
  K: i32;
}
