// foldvox convert torchaudio: a checkpoint of torchaudio's Emformer RNN-T becomes a model file.

import { basename } from "node:path";
import { BASE_ARGUMENTS, parseArguments } from "../convert/emformer-arguments.ts";
import { openStateDict } from "../convert/open-state-dict.ts";
import { convertTorchaudio, type TorchaudioModel } from "../convert/torchaudio.ts";
import type { Weights } from "../convert/weights.ts";
import { readWhole } from "./files.ts";
import { withFile, withNewFile } from "./random-access.ts";

interface ConvertOptions {
  config?: string;
  tokens?: string;
  stats?: string;
  weights: Weights;
  output: string;
}

const textOf = async (path: string) => new TextDecoder().decode(await readWhole(path));

function warn(text: string): void {
  process.stderr.write(`foldvox: ${text}\n`);
}

export async function convertFromTorchaudio(checkpoint: string, options: ConvertOptions): Promise<void> {
  const { config, tokens, stats, weights, output } = options;
  if (tokens === undefined) warn("no --tokens: the model will tell token numbers instead of text");
  if (stats === undefined) warn("no --stats: features will not be normalised, and a trained model will hear nothing");
  const model: TorchaudioModel = {
    name: basename(output).replace(/\.safetensors$/, ""),
    arguments: config === undefined ? BASE_ARGUMENTS : parseArguments(await textOf(config)),
    weights,
    ...(tokens === undefined ? {} : { pieces: await readWhole(tokens) }),
    ...(stats === undefined ? {} : { stats: await textOf(stats) }),
  };
  const bytes = await withFile(checkpoint, async (file) => {
    const state = await openStateDict(file);
    return withNewFile(output, (sink) => convertTorchaudio(state, model, sink));
  });
  process.stderr.write(`${output}: ${bytes.toLocaleString("en-US")} bytes, ${weights}\n`);
}
