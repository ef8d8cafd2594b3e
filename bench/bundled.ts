// The bundled models: from samples to words, one stream, one thread.

import { BUILDS, moduleOf, read, recognizerOf, stepsCase } from "./engines.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

export const BUNDLED = ["commands", "commands-tiny"];

const SECONDS = 2;
/** Cost does not depend on what is heard. */
const audio = Float32Array.from({ length: 16000 * SECONDS }, (_, i) => Math.sin(i * i * 0.37) * 0.1);

async function realTimeFactors(name: string): Promise<number[]> {
  const cases = BUILDS.map((build) => {
    const recognizer = recognizerOf(read(`models/${name}.safetensors`), { wasm: moduleOf(build) });
    const stream = recognizer.createStream();
    return { name: build, units: SECONDS, run: () => stream.acceptWaveform(16000, audio) };
  });
  return (await compare(name, cases)).map(({ rate }) => 1 / rate);
}

export async function bundled(): Promise<Table> {
  const rows = [];
  for (const name of BUNDLED) {
    const recognizer = recognizerOf(read(`models/${name}.safetensors`));
    const [step] = await compare(name, [stepsCase("step", recognizer, 200)]);
    rows.push([name, 1e6 / step!.rate, ...(await realTimeFactors(name))]);
  }
  return {
    title: "the bundled models, int8",
    note: `The encoder's step alone, in the ${BUILDS[0]} build; and the share of real time that samples to words take.`,
    columns: ["model", "step, µs", ...BUILDS.map((build) => `of real time, ${build}`)],
    rows,
  };
}
