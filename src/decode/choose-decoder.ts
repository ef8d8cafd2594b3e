// Which decoder a model's head asks for.

import type { ArenaPlan } from "../engine/arena.ts";
import type { EngineStream } from "../engine/engine-stream.ts";
import { FoldvoxError } from "../errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { ctcDecoders } from "./ctc/ctc-decoders.ts";
import type { Decoder } from "./decoder.ts";
import { checkDecoding, type DecodingOptions } from "./decoding-options.ts";
import { transducerDecoders } from "./transducer/transducer-decoders.ts";

/** Makes a decoder for a stream. */
export type DecoderFactory = (stream: EngineStream) => Decoder;

/** Prepares decoding once. Errors: unsupported for a head without decoder, bad-argument for the options. */
export function decodersFor(config: ModelConfig, options: DecodingOptions, plan: ArenaPlan): DecoderFactory {
  checkDecoding(options);
  const { sampleRate, hopSamples } = config.features;
  const { tokens, tokenUnit, silentTokens = [] } = config;
  const { stride } = config.encoder;
  const { blank, delay, topology = "rnnt" } = config.head;
  const startRow = 0 - config.head.lead / stride;
  const common = { tokens, tokenUnit, delay, startRow, tokenSeconds: (stride * hopSamples) / sampleRate };
  if (config.head.type === "ctc") return ctcDecoders(options, { ...common, blank });
  if (!plan.transducer) {
    throw new FoldvoxError(
      "unsupported",
      "The model is a transducer without predictor and joiner, so it cannot decode. Use encode() for its vectors, or convert the whole checkpoint.",
    );
  }
  const make = transducerDecoders(options, { ...common, silentTokens, topology }, plan.transducer.beam);
  return (stream) => make(stream.transducer());
}
