// The product of a linear layer, and its activation: f32, int8 or of four bits, by what the model file holds.

import { Activation, activate } from "../kernels/activation";
import { matmulF32 } from "../kernels/matmul-f32";
import { matmulInt4 } from "../kernels/matmul-int4";
import { matmulInt7 } from "../kernels/matmul-int7";
import { matmulInt8 } from "../kernels/matmul-int8";
import { quantizedBytes } from "../kernels/quantize";
import { RELAXED } from "../target/build";
import { Scratch } from "./scratch";

/**
 * weight [outputs][inputs]: f32 where scales [outputs] is 0; else of four bits where groups [outputs][inputs / 32] is not 0, and
 * int8 otherwise. bias [outputs] or 0.
 */
@unmanaged
export class Linear {
  weight: usize;
  groups: usize;
  scales: usize;
  bias: usize;
  outputs: i32;
  inputs: i32;
  /** Of the outputs: a number of kernels/activation.ts */
  activation: i32;
}

/**
 * Columns from ... from + N of rows first ... first + M of activation(x[...][inputs] weight^T + bias), to out[M][N] in rows
 * outStride bytes apart; `from` is a multiple of eight. `unpacked` is the thread's own room for weights of four bits.
 */
export function projectColumns(
  l: Linear,
  s: Scratch,
  out: usize,
  outStride: usize,
  unpacked: usize,
  x: usize,
  first: i32,
  M: i32,
  from: i32,
  N: i32,
): void {
  const inputs = l.inputs;
  const bias = l.bias ? l.bias + (<usize>from << 2) : 0;
  if (l.scales) {
    const int7 = RELAXED && s.int7;
    const stride = int7 ? quantizedBytes<i8>(inputs) : quantizedBytes<i16>(inputs);
    const rows = s.quantized + <usize>first * stride;
    const scales = s.quantizedScales + (<usize>first << 2);
    const sums = int7 ? s.quantizedSums + (<usize>first << 2) : 0;
    const ws = l.scales + (<usize>from << 2);
    const before = <usize>(from * inputs);
    const w = l.weight + (l.groups ? before / 2 : before);
    const g = l.groups + before / 32;
    if (l.groups) matmulInt4(out, outStride, rows, scales, sums, w, g, s.int4, ws, bias, unpacked, M, N, inputs);
    else if (int7) matmulInt7(out, outStride, rows, scales, sums, w, ws, bias, M, N, inputs);
    else matmulInt8(out, outStride, rows, scales, w, ws, bias, M, N, inputs);
  } else {
    const stride = <usize>inputs << 2;
    const rows = x + <usize>first * stride;
    matmulF32(out, outStride, rows, stride, l.weight + <usize>from * stride, stride, bias, M, N, inputs);
  }
  if (l.activation == Activation.NONE) return;
  for (let m = 0; m < M; m++) activate(l.activation, out + <usize>m * outStride, N);
}
