// foldvox quantize: a model file with smaller weights.

import { quantizeModel } from "../convert/quantize-model.ts";
import type { SmallerWeights } from "../convert/weights.ts";
import { readHeaderOf } from "./files.ts";
import { withFile, withNewFile } from "./random-access.ts";

interface QuantizeOptions {
  weights: SmallerWeights;
  output: string;
}

export async function quantize(model: string, { weights, output }: QuantizeOptions): Promise<void> {
  const header = await readHeaderOf(model);
  const bytes = await withFile(model, (file) =>
    withNewFile(output, (sink) => quantizeModel(file, header, weights, sink)),
  );
  const [now, before] = [bytes, header.fileBytes].map((count) => count.toLocaleString("en-US"));
  process.stderr.write(`${output}: ${now} bytes, ${weights}; it was ${before}\n`);
}
