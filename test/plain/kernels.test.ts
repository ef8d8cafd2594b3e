// Every kernel that plain JavaScript has by hand, against the function of assembly/ whose place it takes: after the same call on the
// same memory, all of both memories has the same bits.

import { instantiateSync } from "@assemblyscript/loader";
import { beforeAll, describe, expect, it } from "vitest";
import { functionNamed, scalarFunctions } from "../../scripts/scalar-functions.mjs";
import { Activation, FRAME_VALUES, LogMel, QuantizedProduct, WINDOW } from "../../src/engine/layout.ts";
import { writeRecord } from "../../src/engine/records.ts";
import { kernels } from "../../src/plain/kernels.ts";
import type { Kernels } from "../support/bare-engine.ts";
import { randomFloats } from "../support/random.ts";

const PAGES = 8;
type Kernel = keyof ReturnType<typeof kernels>;
const NAMES = Object.keys(kernels(new ArrayBuffer(8))) as Kernel[];

let module: WebAssembly.Module;
/** By name, whether any function of the engine calls it. */
const called = new Map<Kernel, boolean>();

beforeAll(async () => {
  const functions = await scalarFunctions();
  const calls = new Set(functions.emitText().match(/\(call \S+/g));
  for (const name of NAMES) {
    const twin = functionNamed(functions, name).name;
    called.set(name, calls.has(`(call $${twin}`));
    functions.addFunctionExport(twin, `twin of ${name}`);
  }
  module = new WebAssembly.Module(functions.emitBinary() as BufferSource);
}, 120_000);

/** A memory, filled the same way every time. */
class Bench {
  readonly memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  readonly exports = instantiateSync(module, { env: { memory: this.memory } }).exports as unknown as Kernels;
  private used = this.exports.staticEnd!();

  place(values: Float32Array | Int32Array | Int16Array | Int8Array): number {
    const address = (this.used + 15) & ~15;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer, address, values.byteLength).set(bytes);
    this.used = address + values.byteLength;
    return address;
  }

  floats(count: number, seed: number, scale = 1): number {
    return this.place(randomFloats(count, seed, scale));
  }
}

const integers = (count: number, seed: number) => randomFloats(count, seed, 127.49).map(Math.round);
const lengths = [1, 2, 3, 4, 5, 7, 8, 15, 33, 100].map((n) => [n]);
const products = [1, 2, 3, 4, 5, 6, 7, 9, 32].flatMap((M) =>
  [1, 3, 4, 5, 21].flatMap((N) => [1, 4, 7, 8, 13, 33, 80].map((K) => [M, N, K])),
);

/** The arguments of a call, given where its inputs have been placed. */
type Case = (bench: Bench, ...size: number[]) => number[];

const int8Product =
  (q: (count: number) => ArrayLike<number>, w: (count: number) => ArrayLike<number>): Case =>
  (bench, M, N, K) => {
    const stride = (K! + 7) & ~7;
    const rows = new Int16Array(M! * stride);
    const columns = q(M! * K!);
    for (let m = 0; m < M!; m++) for (let k = 0; k < K!; k++) rows[m * stride + k] = columns[m * K! + k]!;
    const [at, scales] = [bench.place(rows), bench.floats(M!, 3)];
    const weights = bench.place(Int8Array.from(w(N! * K! + 7)));
    const [weightScales, bias] = [bench.floats(N!, 5), N! % 2 ? bench.floats(N!, 6) : 0];
    const apart = N! + (M! % 3);
    const record = bench.place(new Int8Array(QuantizedProduct.bytes));
    writeRecord(bench.memory.buffer, record, QuantizedProduct, {
      ...{ out: bench.floats(M! * apart, 1), outStride: 4 * apart, q: at, scales, sums: 0 },
      ...{ w: weights, weightScales, bias, M: M!, N: N!, K: K! },
    });
    return [record];
  };

/** The record of the front end, with filters of 0 to 6 bins. */
const logMel =
  (piecewise: number): Case =>
  (bench, mels) => {
    const filters = Int32Array.from({ length: 2 * mels! }, (_, i) => (i % 2 ? (i >> 1) % 7 : i));
    const record = bench.place(new Int8Array(LogMel.bytes));
    writeRecord(bench.memory.buffer, record, LogMel, {
      ...{ mels: mels!, hop: 160, sampleRate: 16000, piecewise, gain: piecewise ? 300 : 1 },
      ...{ window: bench.floats(WINDOW, 5), cosines: bench.floats(WINDOW, 6), sines: bench.floats(WINDOW, 7) },
      filters: bench.place(filters),
      filterWeights: bench.place(randomFloats(6 * mels!, 9).map(Math.abs)),
      ...{
        mean: bench.floats(mels!, 10),
        inverseStdDev: bench.floats(mels!, 11),
        work: bench.floats(FRAME_VALUES, 12),
      },
    });
    return [record, bench.floats(mels!, 1), bench.floats(WINDOW, 2)];
  };

const CASES: Record<Kernel, readonly { readonly sizes: readonly number[][]; readonly args: Case }[]> = {
  activate: Object.values(Activation)
    .filter((activation) => activation !== Activation.NONE)
    .map((activation) => ({ sizes: lengths, args: (bench, n) => [activation, bench.floats(n!, 5, 20), n!] })),
  addVectors: [{ sizes: lengths, args: (bench, n) => [0, 1, 2].map((seed) => bench.floats(n!, seed)).concat(n!) }],
  addScaled: [{ sizes: lengths, args: (bench, n) => [bench.floats(n!, 1), bench.floats(n!, 2), Math.fround(0.3), n!] }],
  addWeightedRows: [
    {
      sizes: [1, 6, 7].flatMap((M) => [1, 5, 19].flatMap((n) => [1, 4, 7, 20, 33].map((K) => [M, n, K]))),
      args: (bench, M, n, K) => {
        const [out, weights] = [bench.floats(M! * (K! + 1), 1), bench.floats(M! * (n! + 2), 2)];
        const rows = bench.floats(n! * 2 * K! + K!, 3);
        return [out, 4 * (K! + 1), weights, 4 * (n! + 2), rows, 8 * K!, M!, n!, K!];
      },
    },
  ],
  depthwise: [
    {
      sizes: [1, 2, 3, 4, 5, 7, 8, 11].flatMap((M) =>
        [1, 3, 4, 9, 20].flatMap((N) => [1, 3, 8, 31].map((K) => [M, N, K])),
      ),
      args: (bench, M, N, K) => {
        const x = bench.floats((M! + K! - 1) * N!, 2);
        return [bench.floats(M! * N!, 1), x, bench.floats(K! * N!, 3), bench.floats(N!, 4), M!, N!, K!];
      },
    },
  ],
  framesSideBySide: [0, 1].map((piecewise) => ({ sizes: [[1], [80]], args: logMel(piecewise) })),
  glu: [
    {
      sizes: [1, 2, 5].flatMap((M) => lengths.map(([n]) => [M, n!])),
      args: (bench, M, n) => [bench.floats(M! * n!, 1), bench.floats(2 * M! * n!, 2, 9), M!, n!],
    },
  ],
  layerNorm: [
    {
      sizes: [1, 2, 5].flatMap((M) => [1, 3, 4, 6, 18, 36, 65].map((N) => [M, N])),
      args: (bench, M, N) => {
        const [out, x] = [bench.floats(M! * N!, 1), bench.floats(M! * N!, 2, 9)];
        return [M! > 1 ? out : x, x, bench.floats(N!, 3), bench.floats(N!, 4), Math.fround(1e-5), M!, N!];
      },
    },
  ],
  matmulF32: [
    {
      sizes: products,
      args: (bench, M, N, K) => {
        const [out, x, w] = [bench.floats(M! * N!, 1), bench.floats(M! * K!, 2), bench.floats(N! * K!, 3)];
        return [out, 4 * N!, x, 4 * K!, w, 4 * K!, N! % 2 ? bench.floats(N!, 4) : 0, M!, N!, K!];
      },
    },
  ],
  matmulInt8: [
    {
      sizes: products,
      args: int8Product(
        (n) => integers(n, 2),
        (n) => integers(n, 4),
      ),
    },
    // The largest sums that fit two to a double, of either sign beside one of either sign, and the first that do not.
    ...[127, -127].flatMap((q) =>
      [1, -1].map((sign) => ({
        sizes: [1, 2, 3, 4].flatMap((M) => [2063, 2064, 2065].map((K) => [M, 3, K])),
        args: int8Product(
          (n) => Array.from({ length: n }, (_, i) => (i < n / 2 ? q : sign * q)),
          (n) => new Int8Array(n).fill(-128),
        ),
      })),
    ),
  ],
  quantizeRows: [
    {
      sizes: [1, 2, 5].flatMap((M) => [1, 4, 7, 8, 13, 33, 80].map((K) => [M, K])),
      args: (bench, M, K) => {
        const x = randomFloats(M! * K!, 2, 9);
        // A row of silence, and one too quiet to have a scale.
        if (M! > 1) x.subarray(0, K!).fill(0);
        if (M! > 2) x.subarray(K!, 2 * K!).fill(1e-31);
        return [bench.floats(M! * K! + 4 * M!, 1), bench.floats(M!, 3), bench.place(x), M!, K!];
      },
    },
  ],
  softmax: [
    {
      sizes: [1, 2, 5].flatMap((M) => lengths.map(([n]) => [M, n!])),
      args: (bench, M, n) => [bench.floats(M! * n!, 4, 60), 0.5, M!, n!],
    },
  ],
  logSoftmax: [{ sizes: lengths, args: (bench, n) => [bench.floats(n!, 4, 60), bench.floats(n!, 5), n!] }],
};

/** Where two memories first differ, as an address, or -1. */
function difference(a: Bench, b: Bench): number {
  const [x, y] = [a, b].map(({ memory }) => new Int32Array(memory.buffer));
  return x!.findIndex((word, i) => word !== y![i]);
}

it("has no answer for an unknown activation", () => {
  const { activate } = kernels(new ArrayBuffer(64));
  for (const number of [Activation.NONE, -1, 1000]) expect(() => activate(number, 0, 4)).toThrow(RangeError);
});

describe.each(NAMES)("%s", (name) => {
  it("is what the engine calls, not only an export of it", () => {
    expect(called.get(name)).toBe(true);
  });

  it.each(CASES[name].map(({ sizes, args }, i) => [i, sizes, args] as const))(
    "has the bits of its twin (case %i)",
    (_, sizes, args) => {
      let changed = false;
      for (const size of sizes) {
        const [untouched, bench, twin] = [new Bench(), new Bench(), new Bench()];
        args(untouched, ...size);
        (kernels(bench.memory.buffer)[name] as (...args: number[]) => void)(...args(bench, ...size));
        twin.exports[`twin of ${name}`]!(...args(twin, ...size));
        expect(difference(bench, twin), `of size ${size}`).toBe(-1);
        changed ||= difference(bench, untouched) >= 0;
      }
      expect(changed).toBe(true);
    },
  );
});
