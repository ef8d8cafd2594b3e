// Every exported kernel, over the same list of sizes: against a plain f64 reference, and with the same bits in all builds.

import { describe, expect, it } from "vitest";
import { Activation, Attention, QuantizedProduct } from "../../src/engine/layout.ts";
import { BareEngine } from "../support/bare-engine.ts";
import { BUILDS } from "../support/engines.ts";
import { randomFloats } from "../support/random.ts";

interface KernelCase {
  readonly name: string;
  /** Tails, odd sizes and every remainder of the vector width. */
  readonly sizes: readonly (readonly number[])[];
  /** Runs the kernel and returns its output. */
  run(engine: BareEngine, ...size: number[]): Float32Array;
  reference(...size: number[]): number[];
  readonly tolerance: number;
}

const matrix = (rows: number, columns: number, cell: (row: number, column: number) => number) =>
  Array.from({ length: rows * columns }, (_, i) => cell(Math.floor(i / columns), i % columns));
const dot = (x: ArrayLike<number>, i: number, y: ArrayLike<number>, j: number, n: number) => {
  let total = 0;
  for (let k = 0; k < n; k++) total += x[i + k]! * y[j + k]!;
  return total;
};
const softmaxOf = (row: number[]) => {
  const top = Math.max(...row);
  const exps = row.map((value) => Math.exp(value - top));
  const total = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / total);
};

const products = [1, 2, 3, 4, 5, 6, 7, 9, 10, 32].flatMap((M) =>
  [1, 3, 4, 5, 8, 21].flatMap((N) => [1, 4, 7, 8, 13, 33].map((K) => [M, N, K] as const)),
);
const lengths = [1, 2, 3, 4, 5, 7, 8, 15, 33, 100].map((n) => [n] as const);

const gelu = (x: number) => {
  // erf by its series: inputs here stay within 4.
  let term = x / Math.SQRT2;
  let total = term;
  for (let n = 1; n < 80; n++) {
    term *= -(x * x) / 2 / n;
    total += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (total * 2) / Math.sqrt(Math.PI));
};
const activations: Record<Exclude<keyof typeof Activation, "NONE">, (x: number) => number> = {
  RELU: (x) => Math.max(x, 0),
  GELU: gelu,
  SILU: (x) => x / (1 + Math.exp(-x)),
  TANH: Math.tanh,
  CLAMP: (x) => Math.min(10, Math.max(-10, x)),
};
/** Wide enough for what they do far from zero; GELU's series here only converges near it. */
const scaleOf = (name: string) => (name === "GELU" ? 4 : 20);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const CASES: KernelCase[] = [
  {
    name: "lstmCell",
    sizes: lengths,
    run: (engine, n) => {
      const cell = engine.random(n!, 1, 3);
      engine.call.lstmCell!(cell, engine.random(4 * n!, 2, 6), n!);
      return engine.floats(cell, n!);
    },
    reference: (n) => {
      const [cell, gates] = [randomFloats(n!, 1, 3), randomFloats(4 * n!, 2, 6)];
      const [input, forget, update] = [0, 1, 2].map((gate) => gates.subarray(gate * n!, (gate + 1) * n!));
      return Array.from(cell, (c, i) => sigmoid(forget![i]!) * c + sigmoid(input![i]!) * Math.tanh(update![i]!));
    },
    tolerance: 2e-6,
  },
  {
    name: "lstmHidden",
    sizes: lengths,
    run: (engine, n) => {
      const hidden = engine.room(n!);
      engine.call.lstmHidden!(hidden, engine.random(4 * n!, 2, 6), engine.random(n!, 1, 3), n!);
      return engine.floats(hidden, n!);
    },
    reference: (n) => {
      const output = randomFloats(4 * n!, 2, 6).subarray(3 * n!);
      return Array.from(randomFloats(n!, 1, 3), (c, i) => sigmoid(output[i]!) * Math.tanh(c));
    },
    tolerance: 2e-6,
  },
  {
    name: "topK",
    // Values are rounded, so that some are equal: the lower index comes first.
    sizes: [1, 2, 3, 4, 5, 7, 8, 9, 33, 100, 401].flatMap((n) =>
      [1, 2, 3, 10].filter((k) => k <= n).map((k) => [n, k] as const),
    ),
    run: (engine, n, k) => {
      const x = engine.place(randomFloats(n!, 6, 20).map(Math.round));
      const [values, indices] = [engine.room(k!), engine.room(k!)];
      engine.call.topK!(values, indices, x, n!, k!);
      const found = new Int32Array(engine.floats(indices, k!).buffer);
      return Float32Array.of(...engine.floats(values, k!), ...found);
    },
    reference: (n, k) => {
      const x = Array.from(randomFloats(n!, 6, 20), Math.round);
      const order = x.map((_, i) => i).sort((a, b) => x[b]! - x[a]! || a - b);
      return [...order.slice(0, k!).map((i) => x[i]!), ...order.slice(0, k!)];
    },
    tolerance: 0,
  },
  {
    name: "dequantizeRow",
    sizes: lengths,
    run: (engine, n) => {
      const out = engine.room(n!);
      const q = engine.place(Int8Array.from(randomFloats(n!, 7, 127), Math.round));
      engine.call.dequantizeRow!(out, q, Math.fround(0.013), n!);
      return engine.floats(out, n!);
    },
    reference: (n) => Array.from(randomFloats(n!, 7, 127), (q) => Math.round(q) * Math.fround(0.013)),
    tolerance: 1e-6,
  },
  {
    name: "matmulF32",
    sizes: products,
    run: (engine, M, N, K) => {
      const out = engine.room(M! * N!);
      const x = engine.random(M! * K!, 1);
      const w = engine.random(N! * K!, 2);
      const bias = engine.random(N!, 3);
      engine.call.matmulF32!(out, N! * 4, x, K! * 4, w, K! * 4, bias, M!, N!, K!);
      return engine.floats(out, M! * N!);
    },
    reference: (M, N, K) => {
      const x = randomFloats(M! * K!, 1);
      const w = randomFloats(N! * K!, 2);
      const bias = randomFloats(N!, 3);
      return matrix(M!, N!, (m, n) => dot(x, m * K!, w, n * K!, K!) + bias[n]!);
    },
    tolerance: 2e-6,
  },
  {
    name: "layerNorm",
    sizes: [1, 2, 5].flatMap((M) => [1, 3, 4, 6, 18, 36, 65].map((N) => [M, N] as const)),
    run: (engine, M, N) => {
      const out = engine.room(M! * N!);
      const [x, gamma, beta] = [engine.random(M! * N!, 1, 9), engine.random(N!, 2), engine.random(N!, 3)];
      engine.call.layerNorm!(out, x, gamma, beta, 1e-5, M!, N!);
      return engine.floats(out, M! * N!);
    },
    reference: (M, N) => {
      const [x, gamma, beta] = [randomFloats(M! * N!, 1, 9), randomFloats(N!, 2), randomFloats(N!, 3)];
      return matrix(M!, N!, (m, n) => {
        const row = Array.from(x.subarray(m * N!, (m + 1) * N!));
        const mean = row.reduce((a, b) => a + b, 0) / N!;
        const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / N!;
        return ((row[n]! - mean) / Math.sqrt(variance + 1e-5)) * gamma[n]! + beta[n]!;
      });
    },
    tolerance: 5e-6,
  },
  {
    name: "softmax",
    sizes: [1, 2, 5].flatMap((M) => lengths.map(([n]) => [M, n])),
    run: (engine, M, n) => {
      const x = engine.random(M! * n!, 4, 20);
      engine.call.softmax!(x, 0.5, M!, n!);
      return engine.floats(x, M! * n!);
    },
    reference: (M, n) => {
      const x = Array.from(randomFloats(M! * n!, 4, 20), (value) => value / 2);
      return Array.from({ length: M! }, (_, m) => softmaxOf(x.slice(m * n!, (m + 1) * n!))).flat();
    },
    tolerance: 1e-6,
  },
  {
    name: "logSoftmax",
    sizes: lengths,
    run: (engine, n) => {
      const x = engine.random(n!, 4, 20);
      engine.call.logSoftmax!(x, engine.room(n!), n!);
      return engine.floats(x, n!);
    },
    reference: (n) => softmaxOf(Array.from(randomFloats(n!, 4, 20))).map(Math.log),
    tolerance: 1e-5,
  },
  ...Object.entries(activations).map(
    ([name, reference]): KernelCase => ({
      name: `activate ${name}`,
      sizes: lengths,
      run: (engine, n) => {
        const x = engine.random(n!, 5, scaleOf(name));
        engine.call.activate!(Activation[name as keyof typeof Activation], x, n!);
        return engine.floats(x, n!);
      },
      reference: (n) => Array.from(randomFloats(n!, 5, scaleOf(name)), reference),
      tolerance: 2e-6,
    }),
  ),
  {
    name: "glu",
    sizes: [1, 2, 5].flatMap((M) => lengths.map(([n]) => [M, n])),
    run: (engine, M, n) => {
      const out = engine.room(M! * n!);
      engine.call.glu!(out, engine.random(2 * M! * n!, 2, 9), M!, n!);
      return engine.floats(out, M! * n!);
    },
    reference: (M, n) => {
      const x = randomFloats(2 * M! * n!, 2, 9);
      return matrix(M!, n!, (m, i) => x[2 * m * n! + i]! * sigmoid(x[(2 * m + 1) * n! + i]!));
    },
    tolerance: 1e-6,
  },
  {
    name: "depthwise",
    // Rows, channels, taps; weights as a model file holds them.
    sizes: [1, 2, 3, 4, 5, 7, 8, 11, 20].flatMap((M) =>
      [1, 3, 4, 5, 8, 21].flatMap((N) => [1, 3, 4, 7, 31].map((kernel) => [M, N, kernel])),
    ),
    run: (engine, M, N, kernel) => {
      const out = engine.room(M! * N!);
      const x = engine.random((M! + kernel! - 1) * N!, 1);
      const [weights, bias] = [engine.random(N! * kernel!, 2), engine.random(N!, 3)];
      engine.call.transposeTaps!(weights, N!, kernel!, engine.room(N! * kernel!));
      engine.call.depthwise!(out, x, weights, bias, M!, N!, kernel!);
      return engine.floats(out, M! * N!);
    },
    reference: (M, N, kernel) => {
      const x = randomFloats((M! + kernel! - 1) * N!, 1);
      const [weights, bias] = [randomFloats(N! * kernel!, 2), randomFloats(N!, 3)];
      return matrix(M!, N!, (m, n) => {
        let total = bias[n]!;
        for (let k = 0; k < kernel!; k++) total += weights[n * kernel! + k]! * x[(m + k) * N! + n]!;
        return total;
      });
    },
    tolerance: 2e-6,
  },
  {
    name: "attend",
    // queries, keys of memory, of this step, kept from before, heads, width of a head
    sizes: [
      [1, 0, 1, 0, 1, 1],
      [5, 0, 5, 30, 4, 32],
      [3, 0, 7, 0, 2, 18],
      [2, 1, 3, 1, 3, 5],
      [10, 0, 10, 60, 8, 7],
      [4, 3, 6, 9, 1, 21],
      [5, 8, 4, 3, 2, 16],
      [6, 0, 5, 7, 2, 12],
      [7, 2, 7, 4, 1, 24],
    ],
    run: (engine, M, bank, current, past, heads, width) => {
      const d = heads! * width!;
      const out = engine.room(M! * d);
      const scores = engine.room(M! * (bank! + current! + past!));
      const q = engine.random(M! * d, 6);
      const [memory, own, kept] = [bank!, current!, past!].map((rows, i) => engine.random(rows * 2 * d, 7 + i));
      const attention = engine.record(Attention, {
        ...{ queries: q, M: M!, heads: heads!, headWidth: width! },
        ...{ bank: memory!, numBank: bank!, current: own!, numCurrent: current!, past: kept!, numPast: past! },
        ...{ relative: 0, oldest: 0 },
      });
      engine.call.attend!(attention, out, scores);
      return engine.floats(out, M! * d);
    },
    reference: (M, bank, current, past, heads, width) => {
      const d = heads! * width!;
      const q = randomFloats(M! * d, 6);
      const rows = [bank!, current!, past!].flatMap((rows, i) => [...randomFloats(rows * 2 * d, 7 + i)]);
      const keys = bank! + current! + past!;
      return matrix(M!, d, (m, column) => {
        const head = Math.floor(column / width!) * width!;
        const scores = Array.from(
          { length: keys },
          (_, j) => dot(q, m * d + head, rows, j * 2 * d + head, width!) / Math.sqrt(width!),
        );
        return softmaxOf(scores).reduce((total, p, j) => total + p * rows[j * 2 * d + d + column]!, 0);
      });
    },
    tolerance: 2e-6,
  },
];

describe.each(CASES)("$name", ({ sizes, run, reference, tolerance }) => {
  it.each(sizes.map((size) => [size] as const))("%j", (size) => {
    const [first, ...others] = BUILDS.map((build) => run(new BareEngine(build), ...size));
    const expected = reference(...size);
    expect(first!.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(Math.abs(first![i]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    });
    for (const other of others) expect(new Uint32Array(other.buffer)).toEqual(new Uint32Array(first!.buffer));
  });
});

describe("an unknown activation", () => {
  it.each(BUILDS)("traps in the %s build", (build) => {
    const engine = new BareEngine(build);
    for (const number of [Activation.NONE, -1, 1000]) {
      expect(() => engine.call.activate!(number, engine.room(4), 4)).toThrow(WebAssembly.RuntimeError);
    }
  });
});

describe("logAddTail", () => {
  it.each(BUILDS)("is ln(1 + e^-x) in the %s build, and the same bits in all", (build) => {
    const [engine, other] = [new BareEngine(build), new BareEngine("scalar")];
    for (const x of [0, 1e-7, 0.1, 0.7, 1, 3.3, 10, 17, 40, 87, 200, 3e38]) {
      const tail = engine.call.logAddTail!(x);
      expect(Math.abs(tail - Math.log1p(Math.exp(-x)))).toBeLessThan(2e-7);
      expect(tail).toBe(other.call.logAddTail!(x));
    }
  });
});

describe("matmulInt8 with quantizeRows", () => {
  it.each(products.map((size) => [size] as const))("%j has the same bits in all builds", ([M, N, K]) => {
    const [first, ...others] = BUILDS.map((build) => {
      const engine = new BareEngine(build);
      const x = engine.random(M * K, 1, 5);
      const q = engine.room(M * (K + 7));
      const scales = engine.room(M);
      const w = engine.place(Int8Array.from(randomFloats(N * K, 2, 127), Math.round));
      const weightScales = engine.random(N, 3);
      const out = engine.room(M * N);
      engine.call.quantizeRows!(q, scales, x, M, K);
      const operands = { out, outStride: 4 * N, q, scales, sums: 0, w, weightScales, bias: 0, M, N, K };
      engine.call.matmulInt8!(engine.record(QuantizedProduct, operands));
      return engine.floats(out, M * N);
    });
    expect(first!.some(Number.isNaN)).toBe(false);
    for (const other of others) expect(new Uint32Array(other.buffer)).toEqual(new Uint32Array(first!.buffer));
  });
});

describe("matmulInt7 with packInt7 and quantizeRowsWithSums", () => {
  // Panels of eight outputs, of columns in fours, by every number of rows; what is left of them; and more than a block.
  const panels = [1, 2, 3, 4, 5, 6, 7, 11].flatMap((M) => [
    [M, 8, 4],
    [M, 19, 20],
    [M, 24, 48],
  ]);
  it.each([...products, ...panels, [7, 268, 512]].map((size) => [size] as const))(
    "%j has the bits of matmulInt8",
    ([M, N, K]) => {
      const engine = new BareEngine("relaxed");
      const x = engine.random(M * K, 1, 5);
      const [q16, q8] = [engine.room(M * (K + 7)), engine.room(M * (K + 15))];
      const [scales, sameScales, sums] = [engine.room(M), engine.room(M), engine.room(M)];
      const weights = Int8Array.from(randomFloats(N * K, 2, 64), Math.floor);
      const [w, packed] = [engine.place(weights), engine.place(weights)];
      engine.call.packInt7!(packed, N, K, engine.room(2 * K));
      const [weightScales, bias] = [engine.random(N, 3), M % 2 ? engine.random(N, 4) : 0];
      const apart = N + (K % 3);
      const [expected, out] = [engine.room(M * apart), engine.room(M * apart)];
      engine.call.quantizeRows!(q16, scales, x, M, K);
      const common = { outStride: 4 * apart, weightScales, bias, M, N, K };
      const wide = { ...common, out: expected, q: q16, scales, sums: 0, w };
      engine.call.matmulInt8!(engine.record(QuantizedProduct, wide));
      engine.call.quantizeRowsWithSums!(q8, sameScales, sums, x, M, K);
      const narrow = { ...common, out, q: q8, scales: sameScales, sums, w: packed };
      engine.call.matmulInt7!(engine.record(QuantizedProduct, narrow));
      const bits = (address: number) => new Uint32Array(engine.floats(address, M * apart).buffer);
      expect(bits(out)).toEqual(bits(expected));
      expect(engine.floats(sameScales, M)).toEqual(engine.floats(scales, M));
    },
  );
});
