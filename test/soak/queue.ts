// npm run soak:queue: recordings through workers that are killed again and again; fails unless each has one right result.

import { Command } from "commander";
import { ordeal } from "../cli/queue/ordeal.ts";

const program = new Command("npm run soak:queue --")
  .option("--files <n>", "recordings", Number, 500)
  .option("--workers <n>", "processes", Number, 3)
  .option("--kills <n>", "of each worker", Number, 3)
  .parse();
const options = program.opts<{ files: number; workers: number; kills: number }>();
const outcome = await ordeal(options);
console.log(JSON.stringify(outcome, null, 1));
const { right, twice, leftovers, dead, killed, storesKilled } = outcome;
const suffered = killed === options.workers * options.kills && storesKilled === 1;
if (!suffered || right !== options.files || twice.length + leftovers.length + dead > 0) process.exitCode = 1;
