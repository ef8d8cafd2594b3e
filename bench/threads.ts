// One stream with two threads beside the same with one. Means something only on idle cores.

import { setTimeout } from "node:timers/promises";
import { createRecognizer, type Recognizer } from "../src/index.ts";
import { read, recognizerOf, stepsCase, stepsFor } from "./engines.ts";
import { BASE, modelFile } from "./models.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

async function twoThreads(model: Uint8Array): Promise<Recognizer> {
  const recognizer = await createRecognizer({ model, threads: 2 });
  // The second is started behind the load's back.
  while (recognizer.memoryReport().threads < 2) await setTimeout(20);
  return recognizer;
}

export async function threads(): Promise<Table> {
  const rows: (string | number)[][] = [];
  const models = { commands: read("models/commands.safetensors"), base: modelFile(BASE) };
  for (const [name, model] of Object.entries(models)) {
    const one = recognizerOf(model);
    const two = await twoThreads(model);
    const steps = stepsFor(one);
    const timings = await compare(`threads, ${name}`, [stepsCase("one", one, steps), stepsCase("two", two, steps)]);
    rows.push([name, ...timings.map(({ rate }) => 1000 / rate), timings[1]!.ratio]);
    one.free();
    two.free();
  }
  return { title: "one and two threads", columns: ["model", "one, ms a step", "two", "speed of two to one"], rows };
}
