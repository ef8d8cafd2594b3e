// Folded beside standard at equal linear multiply-adds: a product, the attention and the feed-forward half of a layer.
// Folding by N makes a layer's products N times cheaper, so N folded layers stand for one standard layer.

import { planArena } from "../src/engine/arena.ts";
import { writeDescriptor } from "../src/engine/descriptor.ts";
import type { ModelConfig } from "../src/model/config.ts";
import type { ModelHeader } from "../src/model/header.ts";
import { expectedTensors, scaleName } from "../src/model/tensors.ts";
import { KernelBench } from "./kernels.ts";
import { type Case, compare } from "./rounds.ts";
import type { Table } from "./table.ts";

/** A header of random int8 weights: `count` layers folded by `fold`, heads as wide as the standard layer's. */
export function header(width: number, heads: number, fold: number, count: number): ModelHeader {
  const layer = {
    attentionFold: fold,
    feedForwardFold: fold,
    heads: Math.max(1, heads / fold),
    feedForward: 4 * width,
  };
  const config: ModelConfig = {
    name: "bench",
    language: "",
    licence: "",
    attribution: [],
    features: { sampleRate: 16000, windowSamples: 400, hopSamples: 160, mels: 80, log: "natural", gain: 1 },
    encoder: {
      inputDim: 80,
      projection: width / 4,
      stride: 4,
      width,
      activation: "gelu",
      segment: 4,
      leftContext: 30,
      rightContext: 1,
      memory: 0,
      tanhOnMemory: true,
      outputDim: width,
      layers: Array.from({ length: count }, () => layer),
    },
    head: { type: "transducer", blank: 0, delay: 0 },
    tokens: ["<blank>", "word"],
    tokenUnit: "word",
  };
  let offset = 0;
  const tensors = expectedTensors(config).flatMap(({ name, shape, kind }) => {
    if (kind === "optional") return [];
    const int8 = kind === "matrix";
    const size = shape.reduce((product, n) => product * n, 1);
    const entries = [
      { name, dtype: int8 ? ("I8" as const) : ("F32" as const), shape, offset, bytes: int8 ? size : size * 4 },
    ];
    if (int8) entries.push({ name: scaleName(name), dtype: "F32", shape: [shape[0]!], offset, bytes: shape[0]! * 4 });
    for (const entry of entries) offset += entry.bytes;
    return entries;
  });
  return { config, tensors, sha256: "", headerBytes: 0, dataBytes: offset, fileBytes: offset };
}

/** The halves of `count` layers over a segment of four tokens with one of right context, caches full. */
function halves(width: number, heads: number, fold: number, count: number) {
  const bench = new KernelBench();
  const model = header(width, heads, fold, count);
  const plan = planArena(model);
  bench.take(plan.bytes);
  for (const { name, dtype, bytes } of model.tensors) {
    const address = plan.tensors.get(name)!;
    if (dtype === "F32") new Float32Array(bench.memory, address, bytes / 4).fill(0.01);
    else new Int8Array(bench.memory, address, bytes).set(Int8Array.from({ length: bytes }, (_, i) => (i * 7919) >> 3));
  }
  // Descriptor words: Model holds its encoder second; Encoder its layers sixth, context and scratch tenth and eleventh.
  const words = (address: number) => new Uint32Array(bench.memory, address, 16);
  const encoder = words(words(writeDescriptor(bench.memory, plan, model))[1]!);
  const layers = Array.from(words(encoder[5]!).subarray(0, count), (layer) => words(layer));
  const context = encoder[9]!;
  const scratch = encoder[10]!;
  const stream = plan.streams[0]!;
  new Int32Array(bench.memory, stream, 2).set([4, 30]);
  new Int32Array(bench.memory, plan.batchList, 1).set([stream]);
  new Int32Array(bench.memory, context, 8).set([width, 1, 30, 0, plan.batchList, 1, 5, 0]);
  const x = bench.floats(5 * width);
  const { kernels } = bench;
  return {
    attention: () => {
      for (const layer of layers) kernels.selfAttention(layer[1]!, context, scratch, x, 0);
    },
    feedForward: () => {
      for (const layer of layers) kernels.feedForward(layer[2]!, scratch, x, 5);
    },
  };
}

const repeated = (name: string, run: () => void): Case => ({
  name,
  units: 100,
  run: () => {
    for (let i = 0; i < 100; i++) run();
  },
});

/** 5 rows of [4 d, d], or the N products of N times the rows and an N-th of the widths that stand for it. */
function products(width: number, fold: number): () => void {
  const bench = new KernelBench();
  const all = Array.from({ length: fold }, () => bench.product(5 * fold, (4 * width) / fold, width / fold));
  return () => {
    for (const product of all) product();
  };
}

export async function folding(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [width, heads] of [
    [128, 4],
    [512, 8],
  ] as const) {
    const made = [1, 2, 4].map((fold) => ({
      fold,
      ...halves(width, heads, fold, fold),
      product: products(width, fold),
    }));
    for (const part of ["product", "attention", "feedForward"] as const) {
      const timings = await compare(
        part,
        made.map((m) => repeated(`fold ${m.fold}`, m[part])),
      );
      rows.push([
        `${part} ${width}`,
        ...timings.map((timing) => 1e6 / timing.rate),
        ...timings.slice(1).map((timing) => 1 / timing.ratio),
      ]);
    }
  }
  return {
    title: "folded beside standard at equal linear multiply-adds (N folded layers for one), 5 tokens, int8, one thread",
    columns: [
      "part, width",
      "standard µs",
      "folded by 2 µs",
      "by 4 µs",
      "by 2: time of standard",
      "by 4: time of standard",
    ],
    rows,
  };
}
