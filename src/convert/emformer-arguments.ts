// The arguments of torchaudio's emformer_rnnt_model, and the model configuration that they mean.

import { shown } from "../errors.ts";
import { type EncoderConfig, type ModelConfig, parseConfig } from "../model/config.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";

/** What emformer_rnnt_base(4097) gives: the architecture of EMFORMER_RNNT_BASE_LIBRISPEECH. */
export const BASE_ARGUMENTS = {
  input_dim: 80,
  encoding_dim: 1024,
  num_symbols: 4097,
  segment_length: 16,
  right_context_length: 4,
  time_reduction_input_dim: 128,
  time_reduction_stride: 4,
  transformer_num_heads: 8,
  transformer_ffn_dim: 2048,
  transformer_num_layers: 20,
  transformer_dropout: 0.1,
  transformer_activation: "gelu",
  transformer_left_context_length: 30,
  transformer_max_memory_size: 0,
  transformer_weight_init_scale_strategy: "depthwise",
  transformer_tanh_on_mem: true,
  symbol_embedding_dim: 512,
  num_lstm_layers: 3,
  lstm_layer_norm: true,
  lstm_layer_norm_epsilon: 1e-3,
  lstm_dropout: 0.3,
};

export type EmformerArguments = typeof BASE_ARGUMENTS;

/** What the pipeline multiplies power spectra by: 16-bit samples instead of floats. */
const PIPELINE_GAIN = 32767 ** 2;

/**
 * Arguments from the JSON text of an object; those not given are the base model's. Errors: bad-checkpoint for names that
 * emformer_rnnt_model does not have. Values are checked with the configuration they lead to.
 */
export function parseArguments(json: string): EmformerArguments {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    throw badCheckpoint("The configuration is not JSON; give an object of emformer_rnnt_model's arguments.", cause);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw badCheckpoint("The configuration is no JSON object; give one of emformer_rnnt_model's arguments.");
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(BASE_ARGUMENTS, name)) {
      throw badCheckpoint(`The configuration names ${shown(name)}, which is no argument of emformer_rnnt_model.`);
    }
    // Only how weights began is ever None.
    const kind = typeof BASE_ARGUMENTS[name as keyof EmformerArguments];
    if (typeof value !== kind && name !== "transformer_weight_init_scale_strategy") {
      throw badCheckpoint(`The configuration's ${name} is ${shown(value)}, not a ${kind}.`);
    }
  }
  return { ...BASE_ARGUMENTS, ...given };
}

/** Frames as tokens: torchaudio rounds down where its own streaming then fails, so this refuses. */
function inTokens(args: EmformerArguments, name: "segment_length" | "right_context_length"): number {
  const tokens = args[name] / args.time_reduction_stride;
  if (Number.isInteger(tokens)) return tokens;
  throw badCheckpoint(
    `${name} is ${args[name]} frames, no multiple of time_reduction_stride (${args.time_reduction_stride}): torchaudio cannot stream such a model either.`,
  );
}

function encoderConfig(args: EmformerArguments): EncoderConfig {
  const layer = {
    attentionFold: 1,
    feedForwardFold: 1,
    heads: args.transformer_num_heads,
    feedForward: args.transformer_ffn_dim,
  };
  return {
    inputDim: args.input_dim,
    projection: args.time_reduction_input_dim,
    stride: args.time_reduction_stride,
    width: args.time_reduction_input_dim * args.time_reduction_stride,
    activation: args.transformer_activation as EncoderConfig["activation"],
    segment: inTokens(args, "segment_length"),
    leftContext: args.transformer_left_context_length,
    rightContext: inTokens(args, "right_context_length"),
    memory: args.transformer_max_memory_size,
    tanhOnMemory: args.transformer_tanh_on_mem,
    outputDim: args.encoding_dim,
    layers: Array.from({ length: Math.min(Math.max(0, args.transformer_num_layers), 1000) }, () => layer),
  };
}

/** What the tokens of a model are called, and which of them are no text. */
export interface TokenNames {
  readonly tokens: readonly string[];
  readonly tokenUnit: ModelConfig["tokenUnit"];
  readonly silentTokens: readonly number[];
}

/** The configuration of a model. Errors: bad-model, naming the field, for sizes that no engine could run. */
export function modelConfig(args: EmformerArguments, names: TokenNames, name: string): ModelConfig {
  return parseConfig(
    JSON.stringify({
      name,
      language: "",
      licence: "",
      attribution: [],
      features: {
        sampleRate: 16000,
        windowSamples: 400,
        hopSamples: 160,
        mels: args.input_dim,
        log: "piecewise",
        gain: PIPELINE_GAIN,
      },
      encoder: encoderConfig(args),
      head: { type: "transducer", blank: args.num_symbols - 1 },
      predictor: {
        symbolEmbedding: args.symbol_embedding_dim,
        lstmLayers: args.num_lstm_layers,
        lstmHidden: args.symbol_embedding_dim,
        layerNorm: args.lstm_layer_norm,
        epsilon: args.lstm_layer_norm_epsilon,
      },
      ...names,
    }),
  );
}
