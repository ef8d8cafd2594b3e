// Every activation that the engine has, in the vector body of the fastest build.

import { Activation } from "../src/engine/layout.ts";
import { KernelBench } from "./kernels.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

/** Values of the hidden layer in a step of the bundled model. */
const VALUES = 5 * 512;
const REPEATS = 100;

export async function activations(): Promise<Table> {
  const bench = new KernelBench();
  const x = bench.floats(VALUES, 4);
  const cases = Object.entries(Activation)
    .filter(([, number]) => number !== Activation.NONE)
    .map(([name, number]) => ({
      name: name.toLowerCase(),
      units: REPEATS * VALUES,
      run: () => {
        for (let i = 0; i < REPEATS; i++) bench.kernels.activate(number, x, VALUES);
      },
    }));
  const timings = await compare("activations", cases);
  return {
    title: "activations, in place",
    columns: ["activation", "ns a value"],
    rows: cases.map(({ name }, i) => [name, 1e9 / timings[i]!.rate]),
  };
}
