// The product of a linear layer, and its activation: f32, int8 or int4, by what the model file holds.

import { Activation, activate } from "../kernels/activation";
import { matmulF32 } from "../kernels/matmul-f32";
import { matmulInt4 } from "../kernels/matmul-int4";
import { matmulInt7 } from "../kernels/matmul-int7";
import { matmulInt8 } from "../kernels/matmul-int8";
import { quantizedBytes } from "../kernels/quantize";
import { QuantizedProduct } from "../kernels/quantized-product";
import { RELAXED } from "../target/build";
import { Scratch } from "./scratch";

/**
 * weight [outputs][inputs]: f32 where scales [outputs] is 0; else int4 where groups [outputs][inputs / 32] is not 0, and
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

/** Sets p's operands to columns from ... from + p.N of a quantized layer. */
function setOperands(p: QuantizedProduct, l: Linear, s: Scratch, first: i32, from: i32): void {
  const int7 = RELAXED && s.int7;
  const row = <usize>first << 2;
  const column = <usize>from << 2;
  const before = <usize>(from * l.inputs);
  p.q = s.quantized + <usize>first * (int7 ? quantizedBytes<i8>(l.inputs) : quantizedBytes<i16>(l.inputs));
  p.scales = s.quantizedScales + row;
  p.sums = int7 ? s.quantizedSums + row : 0;
  p.w = l.weight + (l.groups ? before / 2 : before);
  p.weightScales = l.scales + column;
  p.bias = l.bias ? l.bias + column : 0;
  p.K = l.inputs;
}

/**
 * Columns from ... from + N of rows first ... first + M of activation(x[...][inputs] weight^T + bias), to out[M][N] in rows
 * outStride bytes apart; `from` is a multiple of eight. The caller sets p's N, M, out and outStride; the other fields are
 * set here. p, and `unpacked` (room for int4 weights), belong to the calling thread.
 */
export function projectColumns(
  p: QuantizedProduct,
  l: Linear,
  s: Scratch,
  x: usize,
  first: i32,
  from: i32,
  unpacked: usize,
): void {
  const out = p.out;
  const M = p.M;
  const N = p.N;
  if (l.scales) {
    setOperands(p, l, s, first, from);
    if (l.groups) matmulInt4(p, l.groups + <usize>(from * l.inputs) / 32, s.int4, unpacked);
    else if (RELAXED && s.int7) matmulInt7(p);
    else matmulInt8(p);
  } else {
    const stride = <usize>l.inputs << 2;
    const rows = x + <usize>first * stride;
    const bias = l.bias ? l.bias + (<usize>from << 2) : 0;
    matmulF32(out, p.outStride, rows, stride, l.weight + <usize>from * stride, stride, bias, M, N, l.inputs);
  }
  if (l.activation == Activation.NONE) return;
  for (let m = 0; m < M; m++) activate(l.activation, out + <usize>m * p.outStride, N);
}
