// One stream with two threads beside the same with one; audio comes a segment at a time. Means something only on idle cores.

import { setTimeout } from "node:timers/promises";
import { Engine } from "../src/engine/engine.ts";
import { compare } from "./rounds.ts";
import { base, commands, engineModule } from "./streams.ts";
import type { Table } from "./table.ts";

export async function threads(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [name, make] of Object.entries({ commands, base })) {
    const one = Engine.startSync(make({}), engineModule("simd"));
    const two = await Engine.start(make({ threads: 2, shared: true }), engineModule("threads"));
    while (two.memoryReport().threads < 2) await setTimeout(20);
    const { segment, stride } = one.header.config.encoder;
    const samples = segment * stride * one.header.config.features.hopSamples;
    const audio = Float32Array.from({ length: samples }, (_, i) => Math.sin(i * i * 0.37) * 0.1);
    const steps = (engine: Engine) => {
      const stream = engine.openStream();
      return () => engine.run([stream.acceptSamples(audio, () => {})]);
    };
    const timings = await compare("threads", [
      { name: "one", units: 1, run: steps(one) },
      { name: "two", units: 1, run: steps(two) },
    ]);
    rows.push([name, ...timings.map(({ rate }) => 1000 / rate), timings[1]!.ratio]);
    two.free();
  }
  return { title: "one and two threads", columns: ["model", "one, ms a step", "two", "speed of two to one"], rows };
}
