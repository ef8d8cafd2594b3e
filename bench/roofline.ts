// A step of base size against what the machine can do: its weights read once at the measured memory bandwidth, and its products at the
// C loop's rate.

import { CTwin } from "./c-twin.ts";
import { recognizerOf, stepsCase } from "./engines.ts";
import { BASE, modelFile } from "./models.ts";
import { inC } from "./product-case.ts";
import { compare, median } from "./rounds.ts";
import { operations, stepProducts } from "./shapes.ts";
import type { Table } from "./table.ts";

const READ_REPEATS = 4;

export async function roofline(): Promise<Table> {
  const title = `base size (${BASE.layers} layers of ${BASE.width}, int8) against the machine`;
  const columns = ["what", "value"];
  const recognizer = recognizerOf(modelFile(BASE));
  const { config, dataBytes } = recognizer.header;
  const step = stepsCase("step", recognizer, 24);
  // The same loop with three-operand instructions, which V8 emits too.
  const twins = CTwin.startAll();
  const twin = twins.at(-1);
  if (!twin) return { title, note: "No C compiler was found.", columns, rows: [] };
  const read = {
    name: "read",
    units: READ_REPEATS * dataBytes,
    run: async () => {
      await twin.ask(`read ${dataBytes} ${READ_REPEATS}`);
    },
  };
  const products = stepProducts(config);
  const timings = await compare("roofline", [step, read, ...products.map((product) => inC(twin, product))]);
  for (const each of twins) each.stop();
  const [steps, bytes, ...giga] = timings.map(({ rates }) => rates);
  const rounds = steps!.map((rate, round) => {
    const reading = dataBytes / bytes![round]!;
    const arithmetic = products.reduce((sum, product, i) => {
      return sum + (product.count * operations(product)) / 1e9 / giga[i]![round]!;
    }, 0);
    return { step: 1 / rate, reading, arithmetic, ratio: 1 / rate / (reading + arithmetic) };
  });
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  return {
    title,
    columns,
    rows: [
      ["step, ms", of((round) => 1000 * round.step)],
      ["its weights read once, ms", of((round) => 1000 * round.reading)],
      ["its products in the C loop, 128-bit AVX, weights in the cache, ms", of((round) => 1000 * round.arithmetic)],
      ["step of the sum of both", of((round) => round.ratio)],
      ["weights, MB", dataBytes / 1e6],
      ["memory bandwidth, GB/s", median(bytes!) / 1e9],
    ],
  };
}
