// Folded beside standard at equal linear multiply-adds: a product, the attention and feed-forward halves of a layer, a step.
// Folding by N makes a layer's products N times cheaper, so N folded layers stand for one standard layer.

import { planArena } from "../src/engine/arena.ts";
import { writeDescriptor } from "../src/engine/descriptor/descriptor.ts";
import { EmformerLayer, Encoder, Model, Progress, Step } from "../src/engine/layout.ts";
import { readField, writeRecord } from "../src/engine/records.ts";
import { recognizerOf, stepsCase, stepsFor } from "./engines.ts";
import { KernelBench } from "./kernels.ts";
import { BASE, COMMANDS, modelFile, modelHeader, type Shape } from "./models.ts";
import { type Case, compare } from "./rounds.ts";
import type { Table } from "./table.ts";

/** The halves of `count` layers over a segment of four tokens with one of right context, caches full. */
function halves(width: number, heads: number, fold: number, count: number) {
  const bench = new KernelBench();
  const model = modelHeader({ width, heads, fold, layers: count });
  const plan = planArena(model);
  bench.take(plan.bytes);
  for (const { name, dtype, bytes } of model.tensors) {
    const address = plan.tensors.get(name)!;
    if (dtype === "F32") new Float32Array(bench.memory, address, bytes / 4).fill(0.01);
    else
      new Int8Array(bench.memory, address, bytes).set(
        Int8Array.from({ length: bytes }, (_, i) => ((i * 7919) >>> 3) % 64),
      );
  }
  const { memory } = bench;
  const descriptor = writeDescriptor(memory, plan, model);
  bench.kernels.initModel(descriptor);
  const encoder = readField(memory, descriptor, Model, "encoder");
  const layers = Array.from(new Uint32Array(memory, readField(memory, encoder, Encoder, "layers"), count));
  const [step, scratch] = [readField(memory, encoder, Encoder, "step"), readField(memory, encoder, Encoder, "scratch")];
  const stream = plan.streams[0]!;
  writeRecord(memory, stream, Progress, { segment: 4, past: 30, pastSegments: 0 });
  const contexts = { rightContext: 1, leftContext: 30, memoryCapacity: 0 };
  writeRecord(memory, step, Step, { width, ...contexts, stream, tokens: 5, memories: 0 });
  const attentions = layers.map((layer) => readField(memory, layer, EmformerLayer, "attention"));
  const feedForwards = layers.map((layer) => readField(memory, layer, EmformerLayer, "feedForward"));
  const x = bench.floats(5 * width);
  const { kernels } = bench;
  return {
    attention: () => {
      for (const layer of attentions) kernels.selfAttention(layer, step, scratch, x, 0);
    },
    feedForward: () => {
      for (const layer of feedForwards) kernels.feedForward(layer, scratch, x, 5);
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

const FOLDS = [1, 2, 4];

async function row(name: string, cases: readonly Case[]): Promise<(string | number)[]> {
  const timings = await compare(name, cases);
  return [name, ...timings.map(({ rate }) => 1e6 / rate), ...timings.slice(1).map(({ ratio }) => 1 / ratio)];
}

/** The whole step: fold times as many layers, each folded. */
function wholeSteps(shape: Shape): Case[] {
  return FOLDS.map((fold) => {
    const recognizer = recognizerOf(modelFile({ ...shape, layers: fold * shape.layers, fold }));
    return stepsCase(`fold ${fold}`, recognizer, stepsFor(recognizer));
  });
}

export async function folding(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [name, shape] of Object.entries({ commands: COMMANDS, base: BASE })) {
    const { width, heads } = shape;
    const made = FOLDS.map((fold) => ({
      fold,
      ...halves(width, heads, fold, fold),
      product: products(width, fold),
    }));
    for (const [part, what] of Object.entries({
      product: "product",
      attention: "attention",
      feedForward: "feed-forward",
    })) {
      const cases = made.map((each) => repeated(`fold ${each.fold}`, each[part as "product"]));
      rows.push(await row(`${name} (${width} wide), ${what}`, cases));
    }
    rows.push(await row(`${name} (${width} wide), step of ${shape.layers} layers`, wholeSteps(shape)));
  }
  return {
    title: "folded beside standard at equal linear multiply-adds",
    note: "N layers folded by N stand for a standard one. 5 tokens, int8.",
    columns: ["part", "standard, µs", "folded by 2, µs", "by 4, µs", "by 2, of standard", "by 4, of standard"],
    rows,
    plot: { mark: "bar", y: ["by 2, of standard", "by 4, of standard"], unit: "time, of standard" },
  };
}
