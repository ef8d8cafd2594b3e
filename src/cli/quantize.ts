// foldvox quantize: a model file with int8 weights from one with fp32 weights.

import { quantizeModel } from "../convert/quantize-model.ts";
import { readHeaderOf } from "./files.ts";
import { withFile, withNewFile } from "./random-access.ts";

export async function quantize(model: string, { output }: { output: string }): Promise<void> {
  const header = await readHeaderOf(model);
  const bytes = await withFile(model, (file) => withNewFile(output, (sink) => quantizeModel(file, header, sink)));
  process.stderr.write(
    `${output}: ${bytes.toLocaleString("en-US")} bytes, int8; it was ${header.fileBytes.toLocaleString("en-US")}\n`,
  );
}
