// npm run bench: prints tables and writes them to build/bench.json.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { folding } from "./folding.ts";
import { matmul } from "./matmul.ts";
import { step } from "./step.ts";
import { format } from "./table.ts";

const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;
console.log(`${machine}\nMedians of interleaved rounds; ratios are taken within rounds.\n`);
const tables = [];
for (const suite of [matmul, folding, step]) {
  const table = await suite();
  console.log(format(table));
  tables.push(table);
}
writeFileSync(new URL("./bench.json", import.meta.url), `${JSON.stringify({ machine, tables }, null, 2)}\n`);
