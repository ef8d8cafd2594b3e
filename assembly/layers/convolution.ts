// The convolution of a Conformer's layer (Gulati et al., arXiv 2005.08100, section 2.2): x + contract(act(depthwise(glu(expand(norm(x)))))),
// at full width whatever the folds. The filters are centred: a token sees half of a kernel to each side. On the left those are
// the tokens of the segment and before it the stream's last ones, of which each layer keeps the gated rows; on the right, what
// this step's right context reaches, and zeros beyond it. Batch norm is folded into weights and bias when a model is exported.

import { activate } from "../kernels/activation";
import { depthwise, transposeTaps } from "../kernels/depthwise";
import { glu } from "../kernels/glu";
import { addVectors } from "../kernels/vector";
import { Linear, linear } from "./linear";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { Step } from "./step";

@unmanaged
export class Convolution {
  norm: Norm;
  /** [2 d, d]: values, then their gates */
  expand: Linear;
  /** Tokens that a filter spans, an odd number */
  kernel: i32;
  /** [d][kernel] as the model file holds them, [kernel][d] once initConvolution has been called */
  taps: usize;
  /** [d] */
  bias: usize;
  /** Of the filters' sums: a number of kernels/activation.ts */
  activation: i32;
  /** [d, d] */
  contract: Linear;
  /** Offset in a stream's block of the gated rows [kernel / 2][d] of its last tokens */
  cache: usize;
}

/** Readies the filters of width d; once, when they are there. */
export function initConvolution(v: Convolution, s: Scratch): void {
  transposeTaps(v.taps, v.norm.width, v.kernel, s.window);
}

/** out[tokens][d] = the filters' sums over values and gates rows[tokens][2 d]; then the stream's cache moves on. */
function filter(v: Convolution, b: Step, s: Scratch, out: usize, rows: usize): void {
  const p = b.stream;
  const tokenBytes = <usize>b.width << 2;
  const sideBytes = <usize>(v.kernel >> 1) * tokenBytes;
  const cache = changetype<usize>(p) + v.cache;
  const window = s.window;
  if (p.past > 0) memory.copy(window, cache, sideBytes);
  else memory.fill(window, 0, sideBytes);
  glu(window + sideBytes, rows, b.tokens, b.width);
  memory.fill(window + sideBytes + <usize>b.tokens * tokenBytes, 0, sideBytes);
  depthwise(out, window, v.taps, v.bias, b.tokens, b.width, v.kernel);
  memory.copy(cache, window + <usize>p.segment * tokenBytes, sideBytes);
}

/** x[tokens][d] += the convolution of x. */
export function convolution(v: Convolution, b: Step, s: Scratch, x: usize): void {
  const tokens = b.tokens;
  normalise(v.norm, s.normalised, x, tokens);
  linear(v.expand, s, s.expanded, s.normalised, tokens);
  filter(v, b, s, s.normalised, s.expanded);
  activate(v.activation, s.normalised, tokens * b.width);
  linear(v.contract, s, s.expanded, s.normalised, tokens);
  addVectors(x, x, s.expanded, tokens * b.width);
}
