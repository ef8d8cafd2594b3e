// The options of decoding, made into decoders of CTC output.

import type { Decoder } from "../decoder.ts";
import type { DecodingOptions } from "../decoding-options.ts";
import { Grammar, type GrammarSource } from "../scorers/grammar.ts";
import { Hotwords } from "../scorers/hotwords.ts";
import { LanguageModel } from "../scorers/language-model.ts";
import { type AnyScorer, CombinedScorer } from "../scorers/scorer.ts";
import { Spelling } from "../text/spelling.ts";
import { CtcBeamDecoder } from "./beam-decoder.ts";
import { CtcGreedyDecoder } from "./greedy-decoder.ts";
import type { CtcOptions } from "./run.ts";

const DEFAULT_BEAM = 16;

/**
 * Prepares grammar and language model of options that have been checked; each call of the result makes a decoder for one
 * stream. Errors: bad-argument, for a grammar or language model with the line.
 */
export function ctcDecoders(options: DecodingOptions, ctc: CtcOptions): () => Decoder {
  if (Object.values(options).every((value) => value === undefined)) return () => new CtcGreedyDecoder(ctc);
  const { hotwords = [], grammar: source, languageModel, beam = DEFAULT_BEAM, alternatives = 1 } = options;
  const spelling = new Spelling(ctc.tokens, ctc.tokenUnit, ctc.blank);
  // Prepared grammars are of phonemes, and have been refused.
  const grammar = source === undefined ? null : new Grammar(source as GrammarSource, spelling);
  const scorers: AnyScorer[] = grammar ? [grammar] : [];
  if (hotwords.length > 0) scorers.push(new Hotwords(hotwords, spelling));
  if (languageModel !== undefined) scorers.push(new LanguageModel(languageModel));
  const search = { beam, alternatives, spelling, scorer: new CombinedScorer(scorers), grammar };
  return () => new CtcBeamDecoder(ctc, search);
}
