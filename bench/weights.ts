// int8 and int4 weights: bytes of the model, and time of a step.

import { quantizeModel } from "../src/convert/quantize-model.ts";
import { bytesAccess } from "../src/convert/random-access.ts";
import { readModelHeader } from "../src/index.ts";
import { read, recognizerOf, stepsCase, stepsFor } from "./engines.ts";
import { BASE, modelFile } from "./models.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

async function inFourBits(model: Uint8Array): Promise<Uint8Array> {
  const file = new Uint8Array(model.length);
  const write = async (offset: number, bytes: Uint8Array) => file.set(bytes, offset);
  const size = await quantizeModel(bytesAccess(model), readModelHeader(model), "int4", { write });
  return file.subarray(0, size);
}

export async function weights(): Promise<Table> {
  const commands = read("models/commands.safetensors");
  const models = {
    commands: [commands, await inFourBits(commands)],
    "base size": [modelFile(BASE), modelFile(BASE, "int4")],
  };
  const rows: (string | number)[][] = [];
  for (const [name, files] of Object.entries(models)) {
    const recognizers = files.map((file) => recognizerOf(file));
    const steps = stepsFor(recognizers[0]!);
    const cases = recognizers.map((recognizer, i) => stepsCase(["int8", "int4"][i]!, recognizer, steps));
    const timings = await compare(`weights of ${name}`, cases);
    const times = timings.map(({ rate }) => 1000 / rate);
    rows.push([name, ...files.map(({ length }) => length / 1e6), ...times, 1 / timings[1]!.ratio]);
    for (const recognizer of recognizers) recognizer.free();
  }
  return {
    title: "weights of eight and of four bits",
    note: "What four bits do to the words is in the model cards.",
    columns: ["model", "int8, MB", "int4, MB", "int8, ms a step", "int4, ms a step", "int4, of int8"],
    rows,
  };
}
