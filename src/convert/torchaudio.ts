// From a state dict of torchaudio's emformer_rnnt_model to a foldvox model file. Names and shapes are torchaudio's already:
// what is left is to check, to order and to quantize.

import { shown } from "../errors.ts";
import { expectedTensors, type TensorSpec } from "../model/tensors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";
import { type EmformerArguments, modelConfig, type TokenNames } from "./emformer-arguments.ts";
import { type FileSink, ModelWriter } from "./model-writer.ts";
import { readSentencePieces } from "./sentencepiece.ts";
import type { StateDict } from "./state-dict.ts";
import { planTensor, type Weights, writeTensor } from "./weights.ts";

export interface TorchaudioModel {
  readonly name: string;
  readonly arguments: EmformerArguments;
  /** Bytes of the SentencePiece model; without it tokens are called by their numbers. */
  readonly pieces?: Uint8Array;
  /** Text of global_stats.json; without it features are not normalised. */
  readonly stats?: string;
  readonly weights: Weights;
}

const BLANK = "<blank>";

/** Names of all tokens, the blank last. */
function tokenNames(numSymbols: number, file: Uint8Array | undefined): TokenNames {
  if (!file) {
    const tokens = Array.from({ length: Math.min(numSymbols - 1, 65536) }, (_, i) => `<${i}>`);
    return { tokens: [...tokens, BLANK], tokenUnit: "word", silentTokens: [] };
  }
  const pieces = readSentencePieces(file);
  if (pieces.length !== numSymbols - 1) {
    throw badCheckpoint(
      `The tokenizer has ${pieces.length} pieces, but the model ${numSymbols} symbols, the blank among them. Give the tokenizer of this checkpoint, or the right num_symbols.`,
    );
  }
  const silentTokens = pieces.flatMap(({ kind }, i) => (kind === "silent" ? [i] : []));
  return { tokens: [...pieces.map(({ text }) => text), BLANK], tokenUnit: "piece", silentTokens };
}

const isFloat = (value: unknown) => typeof value === "number" && Number.isFinite(Math.fround(value));

/** Means and inverse deviations of the features. */
function readStats(json: string | undefined, mels: number): { mean: Float32Array; invstddev: Float32Array } {
  if (json === undefined) return { mean: new Float32Array(mels), invstddev: new Float32Array(mels).fill(1) };
  let stats: Record<string, unknown>;
  try {
    stats = Object(JSON.parse(json));
  } catch (cause) {
    throw badCheckpoint("The statistics are not JSON; give the pipeline's global_stats.json.", cause);
  }
  const list = (name: string) => {
    const values = stats[name];
    if (!Array.isArray(values) || values.length !== mels || !values.every(isFloat)) {
      throw badCheckpoint(
        `The statistics' ${name} is not a list of ${mels} numbers; give the pipeline's global_stats.json.`,
      );
    }
    return Float32Array.from(values as number[]);
  };
  return { mean: list("mean"), invstddev: list("invstddev") };
}

const LANDMARK = "transcriber.input_linear.weight";

/** The model's tensors without what a wrapper put before their names, such as Lightning's "model.". */
function unwrapped(state: StateDict): StateDict {
  const landmark = [...state.keys()].find((name) => name.endsWith(`.${LANDMARK}`));
  if (state.has(LANDMARK) || landmark === undefined) return state;
  const prefix = landmark.slice(0, -LANDMARK.length);
  return new Map(
    Array.from(state, ([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]),
  );
}

/** Errors: bad-checkpoint, listing what is missing, unexpected and misshapen. */
function checkTensors(state: StateDict, specs: readonly TensorSpec[]): void {
  const expected = new Map(specs.map(({ name, shape }) => [name, shape]));
  const missing = [...expected.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !expected.has(name)).map(shown);
  const misshapen = specs.flatMap(({ name, shape }) => {
    const found = state.get(name)?.shape;
    return found && found.join() !== shape.join() ? [`${name} is [${found}], not [${shape}]`] : [];
  });
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [`${items.length} ${title}: ${items.slice(0, 8).join(", ")}${items.length > 8 ? ", ..." : ""}`];
  const all = [
    ...list("missing", missing),
    ...list("unexpected", unexpected),
    ...list("misshapen (the configuration asks for another size)", misshapen),
  ];
  if (all.length === 0) return;
  throw badCheckpoint(`The checkpoint's tensors do not fit the configuration. ${all.join("; ")}. Check --config.`);
}

/**
 * Writes the model file and returns its bytes. Errors: bad-checkpoint, bad-model for impossible sizes, io. What has been
 * written when an error comes is no model: its checksum is missing.
 */
export async function convertTorchaudio(
  checkpoint: StateDict,
  model: TorchaudioModel,
  sink: FileSink,
): Promise<number> {
  const { arguments: args, weights } = model;
  const config = modelConfig(args, tokenNames(args.num_symbols, model.pieces), model.name);
  const stats = readStats(model.stats, config.features.mels);
  const [mean, invstddev, ...specs] = expectedTensors(config).filter(({ kind }) => kind !== "optional");
  const state = unwrapped(checkpoint);
  checkTensors(state, specs);

  const plan = [mean!, invstddev!, ...specs].flatMap((spec) => planTensor(spec, weights));
  const writer = await ModelWriter.begin(sink, config, plan);
  await writeTensor(writer, mean!, stats.mean, weights);
  await writeTensor(writer, invstddev!, stats.invstddev, weights);
  for (const spec of specs) await writeTensor(writer, spec, await state.get(spec.name)!.read(), weights);
  return writer.finish();
}
