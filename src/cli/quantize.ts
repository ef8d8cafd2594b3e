// foldvox quantize: a model file with smaller weights.

import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { quantizeModel } from "../convert/quantize-model.ts";
import type { SmallerWeights } from "../convert/weights.ts";
import { FoldvoxError } from "../errors.ts";
import { readHeaderOf } from "./files.ts";
import { withFile, withNewFile } from "./random-access.ts";

interface QuantizeOptions {
  weights: SmallerWeights;
  output: string;
  force?: boolean;
}

/** Whether two paths are one file. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => realpath(path).catch(() => resolve(path))));
  return a === b;
}

export async function quantize(model: string, { weights, output, force }: QuantizeOptions): Promise<void> {
  if (!force && (await isSameFile(model, output))) {
    const advice = "What is rounded off cannot be had back; write to another file, or say --force.";
    throw new FoldvoxError("bad-argument", `${output} is the model itself. ${advice}`);
  }
  const header = await readHeaderOf(model);
  const bytes = await withFile(model, (file) =>
    withNewFile(output, (sink) => quantizeModel(file, header, weights, sink)),
  );
  const [now, before] = [bytes, header.fileBytes].map((count) => count.toLocaleString("en-US"));
  process.stderr.write(`${output}: ${now} bytes, ${weights}; it was ${before}\n`);
}
