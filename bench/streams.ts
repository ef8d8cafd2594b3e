// Several streams whose steps run together, beside the same streams in turn; audio comes a segment at a time.

import type { StreamOptions } from "../src/index.ts";
import { read, recognizerOf } from "./engines.ts";
import { BASE, modelFile } from "./models.ts";
import { type Case, compare } from "./rounds.ts";
import type { Table } from "./table.ts";

const COUNTS = [2, 4, 8];
/** So many segments a run, that it takes some milliseconds. */
const SEGMENTS = 4;

function streamsCase(name: string, model: Uint8Array, count: number, options: StreamOptions): Case {
  const recognizer = recognizerOf(model, { streams: count });
  const opened = Array.from({ length: count }, () => recognizer.createStream(options));
  const { encoder, features } = recognizer.header.config;
  const samples = encoder.segment * encoder.stride * features.hopSamples;
  const audio = Float32Array.from({ length: samples }, (_, i) => Math.sin(i * i * 0.37) * 0.1);
  const run = () => {
    for (let i = 0; i < SEGMENTS; i++) {
      for (const stream of opened) stream.acceptWaveform(features.sampleRate, audio);
      if (options.deferred) recognizer.decodeStreams();
    }
  };
  // Caches full: past the left context.
  for (let i = 0; i < 3; i++) run();
  return { name, units: count * SEGMENTS, run };
}

export async function streams(): Promise<Table> {
  const models = { commands: read("models/commands.safetensors"), base: modelFile(BASE) };
  const rows = [];
  for (const [name, model] of Object.entries(models)) {
    for (const count of COUNTS) {
      const timings = await compare(`${count} streams of ${name}`, [
        streamsCase("in turn", model, count, {}),
        streamsCase("together", model, count, { deferred: true }),
      ]);
      const [turn, together] = timings.map(({ rate }) => 1000 / rate);
      rows.push([`${name}, ${count}`, turn!, together!, timings[1]!.ratio]);
    }
  }
  return {
    title: "several streams, one thread: samples to words, a segment at a time, in turn and together",
    columns: [
      "model, streams",
      "in turn, ms a step and stream",
      "together, ms a step and stream",
      "throughput together, of in turn",
    ],
    rows,
    plot: { mark: "bar", y: ["throughput together, of in turn"], unit: "of in turn" },
  };
}
