// A linear layer over rows, int8 or f32 by what the model file holds.

import { matmulF32 } from "../kernels/matmul-f32";
import { matmulInt8 } from "../kernels/matmul-int8";
import { quantizeRows, quantizedStride } from "../kernels/quantize";
import { Scratch } from "./scratch";

/** weight [outputs][inputs]: int8 where scales [outputs] is not 0, else f32. bias [outputs] or 0. */
@unmanaged
export class Linear {
  weight: usize;
  scales: usize;
  bias: usize;
  outputs: i32;
  inputs: i32;
}

/** Quantizes x[M][inputs] for `project`, if l is int8; layers that read the same rows share it. */
export function quantizeFor(l: Linear, s: Scratch, x: usize, M: i32): void {
  if (l.scales) quantizeRows(s.quantized, s.quantizedScales, x, M, l.inputs);
}

/** out[M][outputs] = rows first ... first + M of x[...][inputs], which have been given to quantizeFor. */
export function project(l: Linear, s: Scratch, out: usize, x: usize, first: i32, M: i32): void {
  const inputs = l.inputs;
  const outputs = l.outputs;
  if (l.scales) {
    const rows = s.quantized + (<usize>(first * quantizedStride(inputs)) << 1);
    const scales = s.quantizedScales + (<usize>first << 2);
    matmulInt8(out, rows, scales, l.weight, l.scales, l.bias, M, outputs, inputs);
  } else {
    const stride = <usize>inputs << 2;
    matmulF32(out, <usize>outputs << 2, x + <usize>first * stride, stride, l.weight, stride, l.bias, M, outputs, inputs);
  }
}

/** out[M][outputs] = x[M][inputs] weight^T + bias. */
export function linear(l: Linear, s: Scratch, out: usize, x: usize, M: i32): void {
  quantizeFor(l, s, x, M);
  project(l, s, out, x, 0, M);
}
