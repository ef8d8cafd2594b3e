// The int8 product for interpreters. Two rows of activations share one double: q0 + q1 2^26, so that one multiplication and one
// addition serve two sums. A sum of K products of an i8 and a value in -127..127 stays below 2^25 for K up to 2064; then the lower
// one never reaches into the upper, both together stay below 2^52, and every step is exact.
//
// Four rows and two outputs a tile: six elements read for eight products. QuickJS multiplies two doubles fast and an integer with a
// double slowly, so weights become fractions, w 2^-20, and activations are larger by as much. One product at a time gave 8 to 11
// million multiply-adds a second in QuickJS, four rows of integers 15 to 20, this 25 to 43 (Hermes: 30, 80, 140 to 180).

import { QuantizedProduct } from "../engine/layout.ts";
import type { Views } from "./views.ts";

const fround = Math.fround;
const UPPER = 67108864;
const FRACTION = 9.5367431640625e-7;
const LONGEST = 2064;

/** matmulInt8 of assembly/kernels/matmul-int8.ts, in its words. */
export function matmulInt8({ f32, i32, i16, i8 }: Views) {
  const { words } = QuantizedProduct;
  const packed = new Float64Array(2 * LONGEST);

  /** Rows 0, 1 of q in packed[0], packed[2], ..., rows 2, 3 in packed[1], packed[3], ...; zeros for rows that are not there. */
  function pack(q: number, stride: number, rows: number, K: number): void {
    for (let k = 0, i = 0; k < K; k++, i += 2) {
      const at = q + k;
      const upper = rows > 1 ? i16[at + stride]! : 0;
      packed[i] = (i16[at]! + upper * UPPER) / FRACTION;
      if (rows < 3) continue;
      const last = rows > 3 ? i16[at + 3 * stride]! : 0;
      packed[i + 1] = (i16[at + 2 * stride]! + last * UPPER) / FRACTION;
    }
  }

  /** Parts a packed sum and writes one output of its one or two rows, `columns` apart. */
  function put(
    sum: number,
    out: number,
    columns: number,
    scales: number,
    weightScale: number,
    bias: number,
    rows: number,
  ): void {
    const lower = ((sum | 0) << 6) >> 6;
    f32[out] = fround(fround(lower) * fround(f32[scales]! * weightScale)) + bias;
    if (rows < 2) return;
    f32[out + columns] = fround(fround((sum - lower) / UPPER) * fround(f32[scales + 1]! * weightScale)) + bias;
  }

  /** Sums too long to be packed. */
  function plain(
    out: number,
    q: number,
    w: number,
    scales: number,
    weightScale: number,
    bias: number,
    K: number,
  ): void {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += i16[q + k]! * i8[w + k]!;
    f32[out] = fround(fround(sum) * fround(f32[scales]! * weightScale)) + bias;
  }

  return (product: number): void => {
    const word = (offset: number) => i32[(product + offset) >> 2]!;
    const M = word(words.M);
    const N = word(words.N);
    const K = word(words.K);
    const w = word(words.w);
    const bias = word(words.bias);
    const p = packed;
    const weights = i8;
    const stride = (K + 7) & ~7;
    const end = 2 * (K & ~1);
    const out0 = word(words.out) >> 2;
    const columns = word(words.outStride) >> 2;
    const q0 = word(words.q) >> 1;
    const s0 = word(words.scales) >> 2;
    const ws0 = word(words.weightScales) >> 2;
    const b0 = bias >> 2;
    for (let m = 0; m < M; m += 4) {
      const rows = Math.min(M - m, 4);
      if (K <= LONGEST) pack(q0 + m * stride, stride, rows, K);
      for (let n = 0; n < N; n += 2) {
        // An odd last output is its own neighbour.
        const next = n + 1 < N ? n + 1 : n;
        let v = w + n * K;
        let u = w + next * K;
        const o = out0 + m * columns + n;
        const scaleV = f32[ws0 + n]!;
        const scaleU = f32[ws0 + next]!;
        const biasV = bias ? f32[b0 + n]! : 0;
        const biasU = bias ? f32[b0 + next]! : 0;
        if (K > LONGEST) {
          for (let r = 0; r < rows; r++) {
            plain(o + r * columns, q0 + (m + r) * stride, v, s0 + m + r, scaleV, biasV, K);
            plain(o + r * columns + next - n, q0 + (m + r) * stride, u, s0 + m + r, scaleU, biasU, K);
          }
          continue;
        }
        let va = 0;
        let vb = 0;
        let ua = 0;
        let ub = 0;
        let x = 0;
        let y = 0;
        let a = 0;
        let b = 0;
        let i = 0;
        if (rows > 2) {
          for (; i < end; i += 4, v += 2, u += 2) {
            x = weights[v]! * FRACTION;
            y = weights[u]! * FRACTION;
            a = p[i]!;
            b = p[i + 1]!;
            va += x * a;
            vb += x * b;
            ua += y * a;
            ub += y * b;
            x = weights[v + 1]! * FRACTION;
            y = weights[u + 1]! * FRACTION;
            a = p[i + 2]!;
            b = p[i + 3]!;
            va += x * a;
            vb += x * b;
            ua += y * a;
            ub += y * b;
          }
          if (K & 1) {
            x = weights[v]! * FRACTION;
            y = weights[u]! * FRACTION;
            va += x * p[i]!;
            vb += x * p[i + 1]!;
            ua += y * p[i]!;
            ub += y * p[i + 1]!;
          }
          put(vb, o + 2 * columns, columns, s0 + m + 2, scaleV, biasV, rows - 2);
          put(ub, o + 2 * columns + next - n, columns, s0 + m + 2, scaleU, biasU, rows - 2);
        } else {
          for (; i < end; i += 4, v += 2, u += 2) {
            a = p[i]!;
            b = p[i + 2]!;
            va += weights[v]! * FRACTION * a + weights[v + 1]! * FRACTION * b;
            ua += weights[u]! * FRACTION * a + weights[u + 1]! * FRACTION * b;
          }
          if (K & 1) {
            a = p[i]!;
            va += weights[v]! * FRACTION * a;
            ua += weights[u]! * FRACTION * a;
          }
        }
        put(va, o, columns, s0 + m, scaleV, biasV, rows);
        put(ua, o + next - n, columns, s0 + m, scaleU, biasU, rows);
      }
    }
  };
}
