// npm run bench: prints tables, and writes build/bench.json, a page and docs/benchmarks.md. Arguments: names of suites, all without.

import { readModelHeader } from "../src/index.ts";
import { activations } from "./activations.ts";
import { BUNDLED, bundled } from "./bundled.ts";
import { depths, rows, widths } from "./cost.ts";
import { read } from "./engines.ts";
import { folding } from "./folding.ts";
import { logMel } from "./log-mel.ts";
import { machine } from "./machine.ts";
import { BASE, config } from "./models.ts";
import { products } from "./products.ts";
import { writeReport } from "./report/write.ts";
import { faint, resampling } from "./resampling.ts";
import { roofline } from "./roofline.ts";
import { stepProducts } from "./shapes.ts";
import { format, type Table } from "./table.ts";
import { threads } from "./threads.ts";
import { weights } from "./weights.ts";

const shipped = (name: string) => stepProducts(readModelHeader(read(`models/${name}.safetensors`)).config);

const SUITES: Record<string, () => Promise<Table[]>> = {
  bundled: async () => [await bundled()],
  products: async () => {
    const tables: Table[] = [];
    for (const name of BUNDLED) tables.push(await products(name, shipped(name)));
    tables.push(await products("base size", stepProducts(config(BASE))));
    return tables;
  },
  roofline: async () => [await roofline()],
  folding: async () => [await folding()],
  cost: async () => [await widths(), await depths(), await rows()],
  threads: async () => [await threads()],
  weights: async () => [await weights()],
  activations: async () => [await activations()],
  "log-mel": async () => [await logMel()],
  resampling: async () => [await resampling(), await faint()],
};

const wanted = process.argv.slice(2);
console.log(`${machine()}\n`);
const tables: Table[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const table of await suite()) {
    console.log(format(table));
    tables.push(table);
  }
}
writeReport("ours", { versions: {}, tables });
