// The product of a linear layer, int8 or f32 by what the model file holds.

import { matmulF32 } from "../kernels/matmul-f32";
import { matmulInt8 } from "../kernels/matmul-int8";
import { quantizedStride } from "../kernels/quantize";
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

/** Columns from ... from + N of rows first ... first + M of x[...][inputs] weight^T + bias, to out[M][N] in rows outStride bytes apart. */
export function projectColumns(
  l: Linear,
  s: Scratch,
  out: usize,
  outStride: usize,
  x: usize,
  first: i32,
  M: i32,
  from: i32,
  N: i32,
): void {
  const inputs = l.inputs;
  const bias = l.bias ? l.bias + (<usize>from << 2) : 0;
  if (l.scales) {
    const rows = s.quantized + (<usize>(first * quantizedStride(inputs)) << 1);
    const scales = s.quantizedScales + (<usize>first << 2);
    const weight = l.weight + <usize>(from * inputs);
    matmulInt8(out, outStride, rows, scales, weight, l.scales + (<usize>from << 2), bias, M, N, inputs);
  } else {
    const stride = <usize>inputs << 2;
    const rows = x + <usize>first * stride;
    matmulF32(out, outStride, rows, stride, l.weight + <usize>from * stride, stride, bias, M, N, inputs);
  }
}
