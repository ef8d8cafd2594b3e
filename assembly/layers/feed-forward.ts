// The feed-forward half of an Emformer layer: x + linear(activation(linear(norm(x)))).
//
// Folding is a view: x[T][d] and x[T * fold][d / fold] are the same bytes, so a folded feed-forward is the same function
// with `fold` times the rows and norm, expand and contract that much narrower.

import { addVectors } from "../kernels/vector";
import { Linear, linear } from "./linear";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";

@unmanaged
export class FeedForward {
  /** Sub-tokens a token is split into */
  fold: i32;
  norm: Norm;
  /** [F / fold, d / fold], with the activation */
  expand: Linear;
  /** [d / fold, F / fold] */
  contract: Linear;
}

/** x[T][d] += feed-forward of x. */
export function feedForward(f: FeedForward, s: Scratch, x: usize, T: i32): void {
  const M = T * f.fold;
  normalise(f.norm, s.normalised, x, M);
  linear(f.expand, s, s.hidden, s.normalised, M);
  linear(f.contract, s, s.normalised, s.hidden, M);
  addVectors(x, x, s.normalised, M * f.norm.width);
}
