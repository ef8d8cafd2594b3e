// Layer normalisation with its parameters; a folded layer's are as wide as its sub-tokens.

import { layerNorm } from "../kernels/layer-norm";

/** gamma [width], beta [width]. */
@unmanaged
export class Norm {
  gamma: usize;
  beta: usize;
  width: i32;
  epsilon: f32;
}

/** out = norm of the M * width values of x, row by row; out may be x. */
export function normalise(norm: Norm, out: usize, x: usize, M: i32): void {
  layerNorm(out, x, norm.gamma, norm.beta, norm.epsilon, M, norm.width);
}
