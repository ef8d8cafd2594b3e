// What bench:peers asks of a runtime, which has a process of its own:
//
//   node WORKER.mjs first FOLDER PRECISION THREADS   prints how long it takes from bytes in memory to the end of the first step,
//                                                    as milliseconds, and as those of all processors
//   node WORKER.mjs serve FOLDER PRECISION THREADS   prints "ready", then answers lines:
//     check PATH   writes the log-probs of the FOLDER's steps after the warm ones to PATH, as f32
//     run N        prints the milliseconds that a step took on average over N of them, and those of all processors

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Steps, timed } from "./steps.mjs";

export function stepsOf(folder) {
  return Steps.read((name) => readFileSync(join(folder, name)));
}

/**
 * Answers as above. load(folder, precision, threads) reads all bytes into memory and resolves with a function that makes of them
 * something with first(), check() and run(count), as Stepwise has them. loadFromDisk: to keep memory low.
 */
export async function answer(load, loadFromDisk = async (...what) => (await load(...what))()) {
  const [mode, folder, precision, threads] = process.argv.slice(2);
  const what = [folder, precision, Number(threads)];
  if (mode === "first") {
    const start = await load(...what);
    const [wall, busy] = await timed(async () => (await start()).first());
    console.log(`${wall} ${busy}`);
    process.exit(0);
  }
  const model = await loadFromDisk(...what);
  await model.first();
  console.log("ready");
  for await (const line of createInterface(process.stdin)) {
    const [question, argument] = line.split(" ");
    if (question === "check") {
      writeFileSync(argument, await model.check());
      console.log("checked");
    } else {
      const count = Number(argument);
      console.log((await model.run(count)).map((ms) => ms / count).join(" "));
    }
  }
  process.exit(0);
}
