// Which decoder a model's head asks for.

import type { TransducerModel } from "../engine/transducer-model.ts";
import { FoldvoxError } from "../errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { ctcDecoders } from "./ctc/ctc-decoders.ts";
import type { Decoder } from "./decoder.ts";
import { checkDecoding, type DecodingOptions } from "./decoding-options.ts";
import type { Dictation } from "./dictation/dictation.ts";
import { phonemeDecoders } from "./phonemes/phoneme-decoders.ts";
import type { Pronounce } from "./phonemes/pronounced-network.ts";
import { PreparedGrammar } from "./prepared-grammar.ts";
import { transducerDecoders } from "./transducer/transducer-decoders.ts";

/** Makes a decoder for one stream; `transducer` gives that stream's predictor and joiner, and is called only for a model that has them. */
export type DecoderFactory = (transducer: () => TransducerModel) => Decoder;

/**
 * Prepares decoding once for all streams. `pronounce` is the lexicon of a model of phonemes, if it has
 * one, `dictation` its language model. `beam` is the number of hypotheses that the arena has room for, or null for a
 * transducer without predictor and joiner. Errors: unsupported for a head without decoder, bad-argument for the options.
 */
export function chooseDecoder(
  config: ModelConfig,
  options: DecodingOptions,
  beam: number | null,
  pronounce: Pronounce | null,
  dictation: Dictation | null = null,
): DecoderFactory {
  checkDecoding(options);
  const { sampleRate, hopSamples } = config.features;
  const { tokens, tokenUnit, silentTokens = [] } = config;
  const { stride } = config.encoder;
  const { blank, delay, topology = "rnnt" } = config.head;
  const startRow = 0 - config.head.lead / stride;
  const common = { tokens, tokenUnit, delay, startRow, tokenSeconds: (stride * hopSamples) / sampleRate };
  if (tokenUnit === "phoneme")
    return phonemeDecoders(options, { ...common, blank }, config.phrases, pronounce, dictation);
  refuseForPhonemes(options);
  switch (config.head.type) {
    case "ctc":
      return ctcDecoders(options, { ...common, blank });
    case "transducer": {
      if (beam === null) {
        throw new FoldvoxError(
          "unsupported",
          "The model is a transducer without predictor and joiner, so it cannot decode. Use encode() for its vectors, or convert the whole checkpoint.",
        );
      }
      const make = transducerDecoders(options, { ...common, silentTokens, topology }, beam);
      return (transducer) => make(transducer());
    }
  }
}

/** Errors: unsupported for options that only a model of phonemes understands. */
function refuseForPhonemes(options: DecodingOptions): void {
  const { keywords, sensitivity, text, grammar } = options;
  const asked = {
    keywords,
    sensitivity,
    text,
    "a prepared grammar": grammar instanceof PreparedGrammar ? grammar : undefined,
  };
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    throw new FoldvoxError("unsupported", `Decoding with ${name} needs a model of phonemes, such as english.`);
  }
}
