// The model's configuration: the JSON text in the model file's metadata, checked field by field.

import { type Activation, WINDOW } from "../engine/layout.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { Fields, wrong } from "./config-fields.ts";
import type { PhraseConfig } from "./phrase-config.ts";
import { isFileName, type SideFile } from "./side-file.ts";

/** Activations that the feed-forward of a layer may have: names of the engine's, in lower case. */
export const ENCODER_ACTIVATIONS = ["gelu", "relu", "silu"] as const satisfies readonly Lowercase<
  keyof typeof Activation
>[];

/** The same of an input layer. */
export const INPUT_ACTIVATIONS = [...ENCODER_ACTIVATIONS, "none"] as const;

/** How the last layer's tokens become the encoder's output. */
export const OUTPUTS = ["projected", "direct"] as const;

/** Heads that a model may have after its encoder. */
export const HEADS = ["ctc", "transducer"] as const;

/** How samples become frames. */
export interface FeaturesConfig {
  readonly sampleRate: number;
  readonly windowSamples: number;
  readonly hopSamples: number;
  readonly mels: number;
  /** natural: ln(gain x + 1e-6). piecewise: as torchaudio's RNN-T pipeline does (assembly/frontend/log-mel.ts). */
  readonly log: "natural" | "piecewise";
  readonly gain: number;
}

/** One layer of the encoder. */
export interface LayerConfig {
  /** Sub-tokens a token is split into, in attention and in feed-forward; 1 is a standard layer. */
  readonly attentionFold: number;
  readonly feedForwardFold: number;
  readonly heads: number;
  /** Unfolded width of the hidden layer. */
  readonly feedForward: number;
  /** The same, of a feed-forward before attention; absent if there is none. */
  readonly firstFeedForward?: number;
  /** Tokens that a filter of the convolution after attention spans, an odd number; absent if there is none. */
  readonly kernel?: number;
}

/** The shape of the encoder; lengths count tokens. */
export interface EncoderConfig {
  readonly inputDim: number;
  readonly projection: number;
  /** Frames from token to token. Their projections are stacked: width = projection * stride. */
  readonly stride: number;
  /** If a token is one projection of overlapping frames instead: how many frames. Then width = projection. */
  readonly inputKernel?: number;
  /** Activation of that projection. Default "none". */
  readonly inputActivation?: (typeof INPUT_ACTIVATIONS)[number];
  readonly width: number;
  readonly activation: (typeof ENCODER_ACTIVATIONS)[number];
  /** Tokens of a segment, of left and right context, and entries of the memory bank. */
  readonly segment: number;
  readonly leftContext: number;
  readonly rightContext: number;
  readonly memory: number;
  readonly tanhOnMemory: boolean;
  readonly outputDim: number;
  /** "direct": the last layer's tokens are the output, so outputDim = width. By default they are projected and normalised. */
  readonly output?: (typeof OUTPUTS)[number];
  readonly layers: readonly LayerConfig[];
}

/** A transducer's prediction network. */
export interface PredictorConfig {
  /** Width of a token's embedding, number of LSTM layers, and width of each layer's state. */
  readonly symbolEmbedding: number;
  readonly lstmLayers: number;
  readonly lstmHidden: number;
  /** Whether gates and cell states are layer-normalised, and with which epsilon. */
  readonly layerNorm: boolean;
  readonly epsilon: number;
}

/** The head: it turns the encoder's output into tokens. */
export interface HeadConfig {
  readonly type: (typeof HEADS)[number];
  readonly blank: number;
  /** Tokens after a word's end in which the model may still emit it. As much silence follows the end of the input. */
  readonly delay: number;
  /**
   * Feature frames of silence before the start of every input, at negative times. Words at the start of a stream are recognized better
   * after silence (ARCHITECTURE.md).
   */
  readonly lead: number;
  /**
   * Of a transducer. "rnnt": a token emits symbols until a blank leads to the next token. "ctc": a token holds one symbol or the blank,
   * and equal symbols in successive tokens are one. Default "rnnt".
   */
  readonly topology?: "rnnt" | "ctc";
}

/** The configuration in a model file. */
export interface ModelConfig {
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly attribution: readonly string[];
  readonly features: FeaturesConfig;
  readonly encoder: EncoderConfig;
  readonly head: HeadConfig;
  /** Of a transducer. Without it the model can encode but not decode. */
  readonly predictor?: PredictorConfig;
  readonly tokens: readonly string[];
  readonly tokenUnit: "word" | "piece" | "character" | "phoneme";
  /** Of a phoneme model. */
  readonly phrases?: PhraseConfig;
  /** Of a phoneme model: the lexicon's file (src/pronounce). */
  readonly lexicon?: SideFile;
  /** Of a phoneme model: the language model's file (src/ngrams). */
  readonly ngrams?: SideFile;
  /** Indices of tokens that do not appear in transcripts, such as control symbols and the unknown token. */
  readonly silentTokens?: readonly number[];
}

function readFeatures(fields: Fields): FeaturesConfig {
  return {
    sampleRate: fields.integer("sampleRate", 4000, 96000),
    // The engine's transform has a fixed length, and the reflected ends need half a window to survive each hop.
    windowSamples: fields.integer("windowSamples", WINDOW, WINDOW),
    hopSamples: fields.integer("hopSamples", 40, WINDOW / 2 - 1),
    mels: fields.integer("mels", 1, 256),
    log: fields.oneOf("log", ["natural", "piecewise"]),
    gain: fields.positive("gain"),
  };
}

function readLayer(fields: Fields, width: number, path: string): LayerConfig {
  const layer = {
    attentionFold: fields.integer("attentionFold", 1, 64),
    feedForwardFold: fields.integer("feedForwardFold", 1, 64),
    heads: fields.integer("heads", 1, 256),
    feedForward: fields.integer("feedForward", 1, 65536),
    ...(fields.has("firstFeedForward") ? { firstFeedForward: fields.integer("firstFeedForward", 1, 65536) } : {}),
    ...(fields.has("kernel") ? { kernel: fields.integer("kernel", 1, 255) } : {}),
  };
  const divides = (whole: number, part: number, what: string) => {
    if (whole % part !== 0) throw wrong(path, `does not divide: ${what} (${whole} by ${part})`);
  };
  divides(width, layer.attentionFold, "width by attentionFold");
  divides(width, layer.feedForwardFold, "width by feedForwardFold");
  divides(width / layer.attentionFold, layer.heads, "width / attentionFold by heads");
  divides(layer.feedForward, layer.feedForwardFold, "feedForward by feedForwardFold");
  divides(layer.firstFeedForward ?? 0, layer.feedForwardFold, "firstFeedForward by feedForwardFold");
  if (layer.kernel && layer.kernel % 2 === 0) throw wrong(`${path}.kernel`, `is ${layer.kernel}, not an odd number`);
  return layer;
}

function readEncoder(fields: Fields): EncoderConfig {
  const width = fields.integer("width", 1, 8192);
  const stride = fields.integer("stride", 1, 64);
  const encoder = {
    inputDim: fields.integer("inputDim", 1, 256),
    projection: fields.integer("projection", 1, 8192),
    stride,
    ...(fields.has("inputKernel") ? { inputKernel: fields.integer("inputKernel", stride, 256) } : {}),
    ...(fields.has("inputActivation") ? { inputActivation: fields.oneOf("inputActivation", INPUT_ACTIVATIONS) } : {}),
    width,
    activation: fields.oneOf("activation", ENCODER_ACTIVATIONS),
    segment: fields.integer("segment", 1, 256),
    leftContext: fields.integer("leftContext", 0, 4096),
    rightContext: fields.integer("rightContext", 0, 256),
    memory: fields.integer("memory", 0, 64),
    tanhOnMemory: fields.boolean("tanhOnMemory"),
    outputDim: fields.integer("outputDim", 1, 65536),
    ...(fields.has("output") ? { output: fields.oneOf("output", OUTPUTS) } : {}),
    layers: fields.list("layers", 1, 256).map((layer, i) => {
      const path = `encoder.layers[${i}]`;
      return readLayer(new Fields(layer, path), width, path);
    }),
  };
  const { projection, inputKernel, inputActivation, outputDim, output } = encoder;
  if (inputKernel === undefined && projection * stride !== width) {
    throw wrong("encoder.width", `is ${width}, not projection * stride (${projection} * ${stride})`);
  }
  if (inputKernel !== undefined && projection !== width) {
    throw wrong("encoder.width", `is ${width}, not projection (${projection}), as an inputKernel wants it`);
  }
  if (inputKernel === undefined && inputActivation !== undefined) {
    throw wrong("encoder.inputActivation", "belongs to an inputKernel, which is missing");
  }
  if (output === "direct" && outputDim !== width) {
    throw wrong("encoder.outputDim", `is ${outputDim}, not width (${width}), as a direct output has it`);
  }
  return encoder;
}

function readSideFile(fields: Fields, path: string): SideFile {
  const file = fields.string("file");
  if (!isFileName(file)) throw wrong(`${path}.file`, `is ${shown(file)}, not the name of a file beside the model`);
  const sha256 = fields.string("sha256");
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrong(`${path}.sha256`, "is not 64 hexadecimal digits");
  return { file, bytes: fields.integer("bytes", 1, 64 * 2 ** 20), sha256 };
}

function readPredictor(fields: Fields): PredictorConfig {
  return {
    symbolEmbedding: fields.integer("symbolEmbedding", 1, 8192),
    lstmLayers: fields.integer("lstmLayers", 1, 16),
    lstmHidden: fields.integer("lstmHidden", 1, 8192),
    layerNorm: fields.boolean("layerNorm"),
    epsilon: fields.positive("epsilon"),
  };
}

/** Reads and checks a configuration. Errors: bad-model, naming the field. Fields it does not know are left alone. */
export function parseConfig(json: string): ModelConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new FoldvoxError("bad-model", "The model's configuration is not JSON. Export the model anew.", { cause });
  }
  const fields = new Fields(parsed, "");
  const tokens = fields.tokens("tokens", 2, 65536);
  const head = fields.child("head");
  const config: ModelConfig = {
    name: fields.string("name"),
    language: fields.string("language", ""),
    licence: fields.string("licence", ""),
    attribution: fields.has("attribution") ? fields.strings("attribution", 0, 256) : [],
    features: readFeatures(fields.child("features")),
    encoder: readEncoder(fields.child("encoder")),
    head: {
      type: head.oneOf("type", HEADS),
      blank: head.integer("blank", 0, tokens.length - 1),
      delay: head.has("delay") ? head.integer("delay", 0, 256) : 0,
      lead: head.has("lead") ? head.integer("lead", 0, 1024) : 0,
      ...(head.has("topology") ? { topology: head.oneOf("topology", ["rnnt", "ctc"]) } : {}),
    },
    ...(fields.has("predictor") ? { predictor: readPredictor(fields.child("predictor")) } : {}),
    tokens,
    tokenUnit: fields.oneOf("tokenUnit", ["word", "piece", "character", "phoneme"]),
    ...(fields.has("phrases") ? { phrases: fields.phrases("phrases") } : {}),
    ...(fields.has("lexicon") ? { lexicon: readSideFile(fields.child("lexicon"), "lexicon") } : {}),
    ...(fields.has("ngrams") ? { ngrams: readSideFile(fields.child("ngrams"), "ngrams") } : {}),
    ...(fields.has("silentTokens") ? { silentTokens: fields.integers("silentTokens", 0, tokens.length - 1) } : {}),
  };
  if (config.encoder.inputDim !== config.features.mels) {
    throw wrong("encoder.inputDim", `is ${config.encoder.inputDim}, not features.mels (${config.features.mels})`);
  }
  if (config.head.topology && config.head.type !== "transducer") {
    throw wrong("head.topology", `belongs to a transducer; the head is ${config.head.type}`);
  }
  if (config.predictor && config.head.type !== "transducer") {
    throw wrong("predictor", `belongs to a transducer; the head is ${config.head.type}`);
  }
  if (config.tokenUnit === "phoneme" && config.head.type !== "ctc") {
    throw wrong("tokenUnit", "is phoneme, which takes a CTC head");
  }
  const side = config.lexicon ? "lexicon" : config.ngrams ? "ngrams" : null;
  if (side && config.tokenUnit !== "phoneme") {
    throw wrong(side, `belongs to a model of phonemes; tokenUnit is ${config.tokenUnit}`);
  }
  if (new Set(tokens).size !== tokens.length) throw wrong("tokens", "holds a token twice");
  return config;
}
