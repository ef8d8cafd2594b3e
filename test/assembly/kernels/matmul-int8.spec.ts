import { matmulInt8 } from "../../../assembly/kernels/matmul-int8";
import { quantizeRows, quantizedBytes } from "../../../assembly/kernels/quantize";
import { at, product, random, randomFloats, reseed } from "../support";

describe("the int8 product", () => {
  test("is exact in integers for every small shape: rows, outputs, columns, with and without bias", () => {
    reseed(3);
    for (let M = 1; M <= 11; M++) {
      for (let N = 1; N <= 9; N++) {
        for (let K = 1; K <= 34; K += 3) {
          const x = randomFloats(M * K, 3);
          const stride = <i32>(quantizedBytes<i16>(K) >> 1);
          const q = heap.alloc(<usize>(M * stride) << 1);
          const scales = heap.alloc(<usize>M << 2);
          const w = heap.alloc(N * K + 16);
          for (let i = 0; i < N * K + 16; i++) store<i8>(w + i, <i8>(random() * 127));
          const ws = randomFloats(N, 0.01);
          const bias = (M + K) % 2 ? randomFloats(N, 1) : 0;
          const out = heap.alloc(<usize>(M * N) << 2);
          quantizeRows(q, scales, x, M, K);
          const p = product(out, <usize>N << 2, q, scales, w, ws, bias, M, N, K);
          matmulInt8(p);
          for (let m = 0; m < M; m++) {
            for (let n = 0; n < N; n++) {
              let acc = 0;
              for (let k = 0; k < K; k++) {
                acc += <i32>load<i16>(q + (<usize>(m * stride + k) << 1)) * <i32>load<i8>(w + (n * K + k));
              }
              const expected: f32 = <f32>acc * (at(scales, m) * at(ws, n)) + (bias ? at(bias, n) : <f32>0);
              expect(at(out, m * N + n)).toBe(expected);
            }
          }
          heap.free(changetype<usize>(p));
          heap.free(x);
          heap.free(q);
          heap.free(scales);
          heap.free(w);
          heap.free(ws);
          if (bias) heap.free(bias);
          heap.free(out);
        }
      }
    }
  });

  test("does not overflow at the extremes", () => {
    const K = 8192;
    const x = heap.alloc(K * 4);
    for (let k = 0; k < K; k++) store<f32>(x + (<usize>k << 2), k & 1 ? -1 : 1);
    const q = heap.alloc(K * 2);
    const scales = heap.alloc(4);
    const w = heap.alloc(K * 4 + 16);
    for (let i = 0; i < K * 4; i++) store<i8>(w + i, i & 1 ? -127 : 127);
    const ws = heap.alloc(16);
    for (let i: usize = 0; i < 4; i++) store<f32>(ws + (i << 2), 1);
    const out = heap.alloc(16);
    quantizeRows(q, scales, x, 1, K);
    matmulInt8(product(out, 16, q, scales, w, ws, 0, 1, 4, K));
    const sum: i32 = 127 * 127 * K;
    for (let n = 0; n < 4; n++) expect(at(out, n)).toBe(<f32>sum * at(scales, 0));
  });
});

describe("activation quantization", () => {
  test("rounds halves to even, keeps the largest magnitude at 127 and pads with zeros", () => {
    const x = heap.alloc(5 * 4);
    const values: StaticArray<f32> = [127, -0.5, 1.5, 2.5, -126.5];
    for (let i = 0; i < 5; i++) store<f32>(x + (<usize>i << 2), values[i]);
    const q = heap.alloc(16);
    const scales = heap.alloc(4);
    quantizeRows(q, scales, x, 1, 5);
    const expected: StaticArray<i16> = [127, 0, 2, 2, -126, 0, 0, 0];
    for (let i = 0; i < 8; i++) expect(load<i16>(q + (<usize>i << 1))).toBe(expected[i]);
    expect(at(scales, 0)).toBe(1);
  });

  test("gives a row of zeros, or of next to nothing, zeros", () => {
    const x = heap.alloc(32 * 4);
    const q = heap.alloc(32 * 4);
    const scales = heap.alloc(8);
    for (let i = 0; i < 32; i++) store<f32>(x + (<usize>i << 2), i < 16 ? 0 : 1e-40);
    quantizeRows(q, scales, x, 2, 16);
    for (let i = 0; i < 32; i++) expect(load<i16>(q + (<usize>i << 1))).toBe(0);
    expect(at(scales, 0)).toBe(0);
  });

  test("is off by at most half a step", () => {
    reseed(9);
    for (let K = 1; K < 40; K++) {
      const x = randomFloats(K, 100);
      const q = heap.alloc(quantizedBytes<i16>(K));
      const scales = heap.alloc(4);
      quantizeRows(q, scales, x, 1, K);
      for (let k = 0; k < K; k++) {
        const back: f32 = <f32>load<i16>(q + (<usize>k << 1)) * at(scales, 0);
        expect(NativeMathf.abs(back - at(x, k))).toBeLessThanOrEqual(at(scales, 0) * <f32>0.5001);
      }
      heap.free(x);
      heap.free(q);
      heap.free(scales);
    }
  });
});
