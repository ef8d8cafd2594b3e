// What a step costs against width, number of layers and rows.

import { BUILDS, recognizerOf, stepsCase, stepsFor } from "./engines.ts";
import { modelFile } from "./models.ts";
import { ours } from "./product-case.ts";
import { compare, type Timing } from "./rounds.ts";
import { operations, stepProducts } from "./shapes.ts";
import type { Table } from "./table.ts";

const WIDTHS = [64, 96, 128, 144, 192, 256, 384, 512, 768];
const LAYERS = [1, 2, 4, 8, 16];
const ROWS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32];

const recognizerFor = (width: number, layers: number) => {
  // Heads of some 32, as the bundled models have.
  return recognizerOf(modelFile({ width, layers, heads: Math.floor(width / 32) }));
};

export async function widths(): Promise<Table> {
  const layers = 4;
  const recognizers = WIDTHS.map((width) => recognizerFor(width, layers));
  const timings = await compare(
    "widths",
    recognizers.map((recognizer, i) => stepsCase(String(WIDTHS[i]), recognizer, stepsFor(recognizer))),
  );
  return {
    title: `cost against width: a step of ${layers} layers, int8`,
    columns: ["width", "ms a step", "GOP/s of its products"],
    rows: WIDTHS.map((width, i) => {
      const work = stepProducts(recognizers[i]!.header.config).reduce(
        (sum, product) => sum + product.count * operations(product),
        0,
      );
      return [width, 1000 / timings[i]!.rate, (work * timings[i]!.rate) / 1e9];
    }),
    plot: { mark: "line", y: ["ms a step"], unit: "ms a step", log: true },
  };
}

export async function depths(): Promise<Table> {
  const widths = [144, 512];
  const columns: Timing[][] = [];
  for (const width of widths) {
    const recognizers = LAYERS.map((layers) => recognizerFor(width, layers));
    columns.push(
      await compare(
        `layers of ${width}`,
        recognizers.map((recognizer, i) => stepsCase(String(LAYERS[i]), recognizer, stepsFor(recognizer))),
      ),
    );
  }
  return {
    title: "cost against number of layers: ms a step, int8",
    columns: ["layers", ...widths.map((width) => `${width} wide`)],
    rows: LAYERS.map((layers, i) => [layers, ...columns.map((timings) => 1000 / timings[i]!.rate)]),
    plot: { mark: "line", y: widths.map((width) => `${width} wide`), unit: "ms a step", log: true },
  };
}

export async function rows(): Promise<Table> {
  const shapes = [
    [512, 128],
    [2048, 512],
  ] as const;
  const columns: Timing[][] = [];
  for (const [N, K] of shapes) {
    const cases = ROWS.map((M) => ours({ name: "rows", M, N, K, count: 1 }, BUILDS[0]!));
    columns.push(await compare(`rows of ${N} x ${K}`, cases));
  }
  const names = shapes.map(([N, K]) => `${N} x ${K}`);
  return {
    title: "cost against rows: GOP/s of the int8 product, outputs x inputs",
    columns: ["rows", ...names],
    rows: ROWS.map((M, i) => [M, ...columns.map((timings) => timings[i]!.rate)]),
    plot: { mark: "line", y: names, unit: "GOP/s" },
  };
}
