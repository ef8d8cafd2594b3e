// The int8 product of every shape that a step of a model has: GOP/s, ratio to the same loop in C, share of a register-only peak.

import { CTwin } from "./c-twin.ts";
import { BUILDS } from "./engines.ts";
import { inC, ours, registerPeak } from "./product-case.ts";
import { compare, type Timing } from "./rounds.ts";
import { operations, type Product, shapeName } from "./shapes.ts";
import type { Cell, Table } from "./table.ts";

const times = (of: string, timings: readonly Timing[]) => {
  const timing = timings.find(({ name }) => name === of);
  return timing ? 1 / timing.ratio : null;
};

async function row(product: Product, twins: readonly CTwin[]): Promise<{ cells: Cell[]; micros: number }> {
  const cases = [ours(product, "simd"), ...twins.map((twin) => inC(twin, product))];
  if (twins[0]) cases.push(registerPeak(twins.at(-1)!));
  if (BUILDS.includes("relaxed")) cases.push(ours(product, "relaxed"));
  const timings = await compare(shapeName(product), cases);
  const rate = timings[0]!.rate;
  const relaxed = timings.find(({ name }) => name === "relaxed");
  const shares = [times("sse4.1", timings), times("avx", timings), times("peak", timings)];
  return {
    cells: [rate, ...shares, relaxed?.rate ?? null, relaxed?.ratio ?? null],
    micros: (product.count * operations(product)) / rate / 1e3,
  };
}

export async function products(title: string, of: readonly Product[]): Promise<Table> {
  const twins = CTwin.startAll();
  const measured: { product: Product; cells: Cell[]; micros: number }[] = [];
  for (const product of of) measured.push({ product, ...(await row(product, twins)) });
  for (const twin of twins) twin.stop();
  return {
    title: `int8 products of a step: ${title}`,
    note: "Rows x outputs x inputs, weights in the cache. Of the simd build beside the same loop in C; of the relaxed build, which multiplies the same weights.",
    columns: [
      "product",
      "in a step",
      "µs a step",
      "GOP/s",
      "of C, SSE4.1",
      "of C, 128-bit AVX",
      "of the 128-bit peak",
      "relaxed, GOP/s",
      "of simd",
    ],
    rows: measured.map(({ product, cells, micros }) => [
      `${product.name}, ${shapeName(product)}`,
      product.count,
      micros,
      ...cells,
    ]),
    plot: { mark: "bar", y: ["of C, SSE4.1", "of C, 128-bit AVX", "of the 128-bit peak"], unit: "rate, of theirs" },
  };
}
