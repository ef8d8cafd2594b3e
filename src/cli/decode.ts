// foldvox decode: the search alone, over encoder output that `foldvox encode` has written.

import { FoldvoxError } from "../errors.ts";
import { readSafetensors } from "../model/safetensors.ts";
import { type DecodingFlags, streamOptions } from "./decoding-flags.ts";
import { openRecognizer, readWhole } from "./files.ts";

export async function decode(model: string, inputPath: string, flags: DecodingFlags): Promise<void> {
  const recognizer = await openRecognizer(model, await streamOptions(flags));
  const tensor = readSafetensors(await readWhole(inputPath)).get("output");
  if (tensor?.dtype !== "F32" || tensor.shape.length !== 2) {
    throw new FoldvoxError(
      "bad-argument",
      `${inputPath} holds no "output" [tokens, dim], F32. Make it with foldvox encode.`,
    );
  }
  const readings = recognizer.decode(new Float32Array(tensor.bytes.slice().buffer));
  process.stdout.write(`${JSON.stringify(readings, null, 1)}\n`);
  recognizer.free();
}
