// The front end alone.

import { planArena } from "../src/engine/arena.ts";
import { writeDescriptor } from "../src/engine/descriptor/descriptor.ts";
import { Model } from "../src/engine/layout.ts";
import { readField } from "../src/engine/records.ts";
import { KernelBench } from "./kernels.ts";
import { modelHeader } from "./models.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

/** Those of a step of 160 ms. */
const FRAMES = 16;
const REPEATS = 100;

export async function logMel(): Promise<Table> {
  const bench = new KernelBench();
  const model = modelHeader({ width: 64, layers: 1, heads: 2 });
  const plan = planArena(model);
  bench.take(plan.bytes);
  const record = readField(bench.memory, writeDescriptor(bench.memory, plan, model), Model, "logMel");
  const samples = bench.floats(400 + FRAMES * 160, 0.1);
  const out = bench.floats(FRAMES * 80);
  bench.kernels.initLogMel(record);
  const run = () => {
    for (let i = 0; i < REPEATS; i++) bench.kernels.logMel(record, out, samples, FRAMES);
  };
  const [timing] = await compare("log-mel", [{ name: "log-mel", units: REPEATS * FRAMES, run }]);
  return {
    title: `front end: log-mel, 80 mels, ${FRAMES} frames at a time`,
    columns: ["what", "value"],
    rows: [["µs a frame", 1e6 / timing!.rate]],
  };
}
