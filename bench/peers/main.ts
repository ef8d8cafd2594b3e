// npm run bench:peers: the same models in other runtimes, one process each, taking turns. scripts/bench-peers.mjs sets up.
// Arguments: names of models to compare, all without.

import { readFileSync } from "node:fs";
import { machine } from "../machine.ts";
import { writeReport } from "../report/write.ts";
import { format, type Table } from "../table.ts";
import { type Compared, compareRuntimes, firstSteps } from "./comparison.ts";
import { downloads } from "./downloads.ts";
import { label, runtimes } from "./runtimes.ts";

const MODELS: Record<string, string> = {
  commands: "commands, the shipped model",
  "commands-tiny": "commands-tiny, the shipped model",
  english: "english, the shipped model",
  "6x144": "6 layers of 144",
  "6x144-folded": "12 layers of 144 folded by 2",
  base: "20 layers of 512, base size",
  "base-folded": "40 layers of 512 folded by 2",
};
/** Models whose first step is timed in processes of their own, and in how many. */
const FIRST_STEPS: Record<string, number> = { commands: 5, english: 5, base: 3 };

const folder = (model: string) => new URL(`./peers/${model}/`, import.meta.url).pathname;

function stepTable(title: string, compared: readonly Compared[]): Table {
  return {
    title: `encoder step: ${title}`,
    columns: [
      "runtime",
      "ms",
      "times ours",
      "ms of processors",
      "times ours, of processors",
      "largest difference",
      "relative",
    ],
    rows: compared.map(({ runtime, step, ratio, largest, relative }) => {
      return [label(runtime), step.wall, ratio.wall, step.busy || null, ratio.busy || null, largest, relative];
    }),
    plot: { mark: "bar", y: ["ms"], unit: "ms a step" },
  };
}

function memoryTable(title: string, compared: readonly Compared[]): Table {
  return {
    title: `memory: ${title}`,
    note: "Peak of the process, above an idle process of Node or Python, and above that and the model's file.",
    columns: ["runtime", "model file, MB", "process, peak MB", "above idle", "above idle and file"],
    // A browser's memory is spread over processes.
    rows: compared
      .filter(({ runtime }) => runtime.host !== "browser")
      .map(({ runtime, fileBytes, peakBytes, ownBytes }) => {
        const sizes = [fileBytes, peakBytes, ownBytes, ownBytes - fileBytes];
        return [label(runtime), ...sizes.map((bytes) => bytes / 1e6)];
      }),
    plot: { mark: "bar", y: ["process, peak MB"], unit: "MB" },
  };
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const names = Object.keys(MODELS).filter((name) => wanted.length === 0 || wanted.includes(name));
  const all = runtimes();
  const tables: Table[] = [];
  const add = (table: Table) => {
    console.log(format(table));
    tables.push(table);
  };
  console.log(`${machine()}\n`);
  add(downloads());
  for (const name of names) {
    const able = all.filter(({ runs }) => runs(name));
    const compared = await compareRuntimes(able, folder(name));
    add(stepTable(MODELS[name]!, compared));
    add(memoryTable(MODELS[name]!, compared));
    if (!(name in FIRST_STEPS)) continue;
    const single = able.filter(({ threads }) => threads === 1);
    const times = firstSteps(single, folder(name), FIRST_STEPS[name]!);
    add({
      title: `from bytes in memory to the first step's end: ${MODELS[name]}`,
      columns: ["runtime", "ms", "times ours", "ms of processors"],
      rows: single.map((runtime, i) => {
        const { wall, busy } = times[i]!;
        return [label(runtime), wall, wall / times[0]!.wall, busy || null];
      }),
    });
  }
  writeReport("peers", { versions: versions(), tables });
}

function versions(): Record<string, string> {
  const lock = JSON.parse(readFileSync(new URL("../bench/peers/package-lock.json", import.meta.url), "utf8"));
  const { dependencies } = lock.packages[""];
  return dependencies;
}

await main();
