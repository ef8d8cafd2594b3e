// The bundled model: a whole step, its front end, and loading.

import { readFileSync } from "node:fs";
import { createRecognizerSync } from "../src/index.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

const read = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));

/** Seconds of audio a stream is given at a time, and the noise it is given: cost does not depend on what is heard. */
const SECONDS = 2;

function noise(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => Math.sin(i * i * 0.37) * 0.1);
}

export async function step(): Promise<Table> {
  const model = read("../models/commands.safetensors");
  const audio = noise(16000 * SECONDS);
  const cases = ["simd", "scalar"].map((build) => {
    const module = new WebAssembly.Module(read(`./foldvox.${build}.wasm`));
    const recognizer = createRecognizerSync({ model, wasm: module });
    const stream = recognizer.createStream();
    return { name: build, units: SECONDS, run: () => stream.acceptWaveform(16000, audio) };
  });
  const module = new WebAssembly.Module(read("./foldvox.simd.wasm"));
  const load = {
    name: "load",
    units: 1,
    run: () => createRecognizerSync({ model, wasm: module }).free(),
  };
  const [simd, scalar] = await compare("commands model", cases);
  const [loading] = await compare("load", [load]);
  return {
    title: "the bundled model, one stream, one thread",
    columns: ["what", "value"],
    rows: [
      ["real-time factor, simd", 1 / simd!.rate],
      ["real-time factor, scalar", 1 / scalar!.rate],
      ["step of 160 ms, simd, µs", 160_000 / simd!.rate],
      ["from bytes in memory to ready, ms", 1000 / loading!.rate],
    ],
  };
}
