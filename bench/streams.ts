// Several streams whose steps run together, beside the same streams in turn; audio comes a segment at a time.

import { readFileSync } from "node:fs";
import { Arena, Engine } from "../src/engine/engine.ts";
import type { ModelHeader } from "../src/model/header.ts";
import { ModelLoader } from "../src/model/loader.ts";
import { header } from "./folding.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

const read = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));

/** The bundled model's engine with as many streams as run together. */
function commands(streams: number): Engine {
  const loader = new ModelLoader();
  loader.push(read("../models/commands.safetensors"));
  const arena = new Arena(loader.header!, { streams, batch: streams });
  loader.place((tensor) => arena.destination(tensor));
  loader.finish();
  return start(arena);
}

/** The same of a model of the base size, its weights made up. */
function base(streams: number): Engine {
  const model: ModelHeader = header(512, 8, 1, 20);
  const arena = new Arena(model, { streams, batch: streams });
  for (const tensor of model.tensors) {
    const bytes = arena.destination(tensor);
    if (tensor.dtype === "F32") new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).fill(0.01);
    else for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7919) >> 3;
  }
  return start(arena);
}

const start = (arena: Arena) => Engine.startSync(arena, new WebAssembly.Module(read("./foldvox.simd.wasm")));

export async function streams(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [name, make] of Object.entries({ commands, base })) {
    for (const count of [2, 8]) {
      const engine = make(count);
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
