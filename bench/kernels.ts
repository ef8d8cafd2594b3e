// A bare engine with plain memory, for timing kernels and layers one by one.

import { instantiateSync } from "@assemblyscript/loader";
import { QuantizedProduct } from "../src/engine/layout.ts";
import { writeRecord } from "../src/engine/records.ts";
import { BUILDS, type Build, moduleOf } from "./engines.ts";

/** Kernels that assembly/index.ts exports; arguments are addresses and sizes. */
export interface Kernels {
  staticEnd(): number;
  quantizeRows(q: number, scales: number, x: number, M: number, K: number): void;
  matmulInt8(product: number): void;
  /** In the relaxed build only. */
  quantizeRowsWithSums?(q: number, scales: number, sums: number, x: number, M: number, K: number): void;
  packInt7?(w: number, N: number, K: number, room: number): void;
  matmulInt7?(product: number): void;
  initModel(model: number): void;
  initLogMel(logMel: number): void;
  logMel(logMel: number, out: number, samples: number, frames: number): void;
  selfAttention(layer: number, context: number, scratch: number, x: number, summaries: number): void;
  activate(activation: number, x: number, n: number): void;
  feedForward(layer: number, scratch: number, x: number, tokens: number): void;
}

const MEMORY_BYTES = 32 * 1024 * 1024;

export class KernelBench {
  readonly kernels: Kernels;
  readonly memory: ArrayBuffer;
  private used: number;

  constructor(build: Build = BUILDS[0]!) {
    const pages = MEMORY_BYTES / 65536;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = instantiateSync(moduleOf(build), { env: { memory } }).exports as unknown as Kernels;
    this.memory = memory.buffer;
    this.used = this.kernels.staticEnd();
  }

  take(bytes: number): number {
    const place = (this.used + 63) & ~63;
    this.used = place + bytes;
    if (this.used > MEMORY_BYTES) throw new RangeError("the benchmark needs more memory");
    return place;
  }

  floats(count: number, scale = 1): number {
    const place = this.take(count * 4);
    const values = new Float32Array(this.memory, place, count);
    for (let i = 0; i < count; i++) values[i] = Math.sin(i * 12.9898) * scale;
    return place;
  }

  /** In -63..63, as foldvox makes them. */
  weights(count: number): number {
    const place = this.take(count + 16);
    const values = new Int8Array(this.memory, place, count);
    for (let i = 0; i < count; i++) values[i] = (((i * 7919) >>> 3) % 127) - 63;
    return place;
  }

  /** Makes a product of int7 weights and quantized activations. Calling the result computes it once. */
  product(M: number, N: number, K: number): () => void {
    const x = this.floats(M * K);
    const q = this.take(M * ((K + 15) & ~15) * 2);
    const [scales, sums] = [this.floats(M), this.floats(M)];
    const w = this.weights(N * K);
    const weightScales = this.floats(N, 0.01);
    const bias = this.floats(N);
    const out = this.floats(M * N);
    const product = this.take(QuantizedProduct.bytes);
    const operands = { out, outStride: 4 * N, q, scales, sums, w, weightScales, bias, M, N, K };
    writeRecord(this.memory, product, QuantizedProduct, operands);
    const { quantizeRowsWithSums, packInt7, matmulInt7 } = this.kernels;
    if (quantizeRowsWithSums && packInt7 && matmulInt7) {
      packInt7(w, N, K, this.take(8 * K));
      quantizeRowsWithSums(q, scales, sums, x, M, K);
      return () => matmulInt7(product);
    }
    this.kernels.quantizeRows(q, scales, x, M, K);
    return () => this.kernels.matmulInt8(product);
  }
}
