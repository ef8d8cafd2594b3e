// The options of decoding, made into decoders of CTC output.

import { CtcBeamDecoder } from "./ctc-beam.ts";
import { CtcGreedyDecoder } from "./ctc-greedy.ts";
import type { CtcOptions } from "./ctc-run.ts";
import type { Decoder } from "./decoder.ts";
import type { DecodingOptions } from "./decoding-options.ts";
import { Grammar } from "./grammar.ts";
import { Hotwords } from "./hotwords.ts";
import { LanguageModel } from "./language-model.ts";
import { type AnyScorer, CombinedScorer } from "./scorer.ts";
import { Spelling } from "./spelling.ts";

const DEFAULT_BEAM = 16;

/**
 * Prepares grammar and language model of options that have been checked; each call of the result makes a decoder for one
 * stream. Errors: bad-argument, for a grammar or language model with the line.
 */
export function ctcDecoders(options: DecodingOptions, ctc: CtcOptions): () => Decoder {
  if (Object.values(options).every((value) => value === undefined)) return () => new CtcGreedyDecoder(ctc);
  const { hotwords = [], grammar: source, languageModel, beam = DEFAULT_BEAM, alternatives = 1 } = options;
  const spelling = new Spelling(ctc.tokens, ctc.tokenUnit, ctc.blank);
  const grammar = source === undefined ? null : new Grammar(source, spelling);
  const scorers: AnyScorer[] = grammar ? [grammar] : [];
  if (hotwords.length > 0) scorers.push(new Hotwords(hotwords, spelling));
  if (languageModel !== undefined) scorers.push(new LanguageModel(languageModel));
  const search = { beam, alternatives, spelling, scorer: new CombinedScorer(scorers), grammar };
  return () => new CtcBeamDecoder(ctc, search);
}
