// A model file with other numbers for phrases in its header; weights stay as they are.

import { readHeaderOf } from "../../src/cli/files.ts";
import { withFile, withNewFile } from "../../src/cli/random-access.ts";
import { ModelWriter } from "../../src/convert/model-writer.ts";
import type { PhraseConfig } from "../../src/model/phrase-config.ts";

export async function writePhrases(model: string, phrases: PhraseConfig, out: string): Promise<void> {
  const header = await readHeaderOf(model);
  await withFile(model, (file) =>
    withNewFile(out, async (sink) => {
      const writer = await ModelWriter.begin(sink, { ...header.config, phrases }, header.tensors);
      for (const { offset, bytes } of header.tensors) {
        await writer.add(await file.read(header.headerBytes + offset, bytes));
      }
      await writer.finish();
    }),
  );
}
