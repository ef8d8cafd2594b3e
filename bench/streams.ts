// Several streams whose steps run together, beside the same streams in turn; audio comes a segment at a time.

import { readFileSync } from "node:fs";
import { Arena, type ArenaNeeds, Engine } from "../src/engine/engine.ts";
import type { ModelHeader } from "../src/model/header.ts";
import { ModelLoader } from "../src/model/loader.ts";
import { header } from "./folding.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

const read = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));

/** The bundled model in an arena. */
export function commands(needs: ArenaNeeds): Arena {
  const loader = new ModelLoader();
  loader.push(read("../models/commands.safetensors"));
  const arena = new Arena(loader.header!, needs);
  loader.place((tensor) => arena.destination(tensor));
  loader.finish();
  return arena;
}

/** The same of a model of the base size, its weights made up. */
export function base(needs: ArenaNeeds): Arena {
  const model: ModelHeader = header(512, 8, 1, 20);
  const arena = new Arena(model, needs);
  for (const tensor of model.tensors) {
    const bytes = arena.destination(tensor);
    if (tensor.dtype === "F32") new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).fill(0.01);
    else for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7919) >> 3;
  }
  return arena;
}

/** A build of the engine. */
export const engineModule = (build: string) => new WebAssembly.Module(read(`./foldvox.${build}.wasm`));

export async function streams(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [name, make] of Object.entries({ commands, base })) {
    for (const count of [2, 8]) {
      const engine = Engine.startSync(make({ streams: count, batch: count }), engineModule("simd"));
      const opened = Array.from({ length: count }, () => engine.openStream());
      const { segment, stride } = engine.header.config.encoder;
      const samples = segment * stride * engine.header.config.features.hopSamples;
      const audio = Float32Array.from({ length: samples }, (_, i) => Math.sin(i * i * 0.37) * 0.1);
      const works = () => opened.map((stream) => stream.acceptSamples(audio, () => {}));
      const inTurn = () => {
        for (const work of works()) engine.run([work]);
      };
      const together = () => engine.run(works());
      // Caches full: past the left context.
      for (let i = 0; i < 10; i++) together();
      const timings = await compare(`${count} streams`, [
        { name: "in turn", units: count, run: inTurn },
        { name: "together", units: count, run: together },
      ]);
      const [turn, all] = timings.map(({ rate }) => 1000 / rate);
      rows.push([`${name}, ${count}`, turn!, all!, timings[1]!.ratio]);
    }
  }
  return {
    title: "several streams, one thread: steps in turn and together",
    columns: ["model, streams", "in turn, ms a step and stream", "together", "throughput of together to in turn"],
    rows,
  };
}
