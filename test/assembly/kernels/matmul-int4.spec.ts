import { matmulInt4, unpackInt4 } from "../../../assembly/kernels/matmul-int4";
import { matmulInt8 } from "../../../assembly/kernels/matmul-int8";
import { quantizeRows, quantizedBytes } from "../../../assembly/kernels/quantize";
import { at, product, random, randomFloats, reseed } from "../support";

/** table[128][16], any values: which they are is the host's affair. */
function randomTable(): usize {
  const table = heap.alloc(128 * 16);
  for (let i = 0; i < 128 * 16; i++) store<i8>(table + i, <i8>(random() * 127));
  return table;
}

function randomBytes(count: i32, most: i32): usize {
  const bytes = heap.alloc(count);
  for (let i = 0; i < count; i++) store<u8>(bytes + i, <u8>(((<i32>(random() * 1e6) % most) + most) % most));
  return bytes;
}

describe("weights of four bits", () => {
  test("unpack to what the table says of code and scale, low halves first, and no further", () => {
    reseed(5);
    const table = randomTable();
    for (let count = 0; count < 5; count++) {
      const w = randomBytes(16 * count + 1, 256);
      const scales = randomBytes(count + 1, 128);
      const out = heap.alloc(32 * count + 1);
      store<i8>(out + 32 * count, 77);
      unpackInt4(out, w, scales, table, count);
      for (let i = 0; i < 32 * count; i++) {
        const byte = load<u8>(w + (i / 32) * 16 + (i % 16));
        const code = i % 32 < 16 ? byte & 15 : byte >> 4;
        expect(load<i8>(out + i)).toBe(load<i8>(table + <usize>load<u8>(scales + i / 32) * 16 + code));
      }
      expect(load<i8>(out + 32 * count)).toBe(77);
    }
  });

  test("multiply as the int8 weights that they unpack to, for every remainder of rows and outputs", () => {
    reseed(6);
    const table = randomTable();
    for (let K = 32; K <= 96; K += 32) {
      for (let N = 1; N <= 21; N++) {
        const w = randomBytes((N * K) / 2, 256);
        const groups = randomBytes((N * K) / 32, 128);
        const whole = heap.alloc(N * K + 16);
        unpackInt4(whole, w, groups, table, (N * K) / 32);
        const ws = randomFloats(N, 0.01);
        const bias = N % 2 ? randomFloats(N, 1) : 0;
        for (let M = 1; M <= 6; M++) {
          const x = randomFloats(M * K, 3);
          const q = heap.alloc(<usize>M * quantizedBytes<i16>(K));
          const scales = heap.alloc(<usize>M << 2);
          quantizeRows(q, scales, x, M, K);
          const stride = <usize>(N + (M % 3)) << 2;
          const out = heap.alloc(stride * M);
          const expected = heap.alloc(stride * M);
          memory.fill(out, 0, stride * M);
          memory.fill(expected, 0, stride * M);
          const room = heap.alloc(8 * K);
          matmulInt4(product(out, stride, q, scales, w, ws, bias, M, N, K), groups, table, room);
          matmulInt8(product(expected, stride, q, scales, whole, ws, bias, M, N, K));
          for (let i = 0; i < M * <i32>(stride / 4); i++) expect(at(out, i)).toBe(at(expected, i));
        }
      }
    }
  });
});
