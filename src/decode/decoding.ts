// The options of decoding, checked once and made into decoders.

import { FoldvoxError, shown } from "../errors.ts";
import { CtcBeamDecoder } from "./ctc-beam.ts";
import { CtcGreedyDecoder } from "./ctc-greedy.ts";
import type { CtcOptions } from "./ctc-run.ts";
import type { Decoder } from "./decoder.ts";
import { Grammar, type GrammarSource } from "./grammar.ts";
import { type Hotword, Hotwords } from "./hotwords.ts";
import { LanguageModel, type LanguageModelSource } from "./language-model.ts";
import { type AnyScorer, CombinedScorer } from "./scorer.ts";
import { Spelling } from "./spelling.ts";

/** Without any of these the best token of every row is taken: the fastest, and the default. */
export interface DecodingOptions {
  /** Hypotheses that the search keeps, 1 to 1024. Default 16 where any other option is given. */
  readonly beam?: number;
  /** Phrases to be preferred. Words are matched as the model's tokens spell them, whatever their letter case. */
  readonly hotwords?: readonly (string | Hotword)[];
  /** The only phrases that may be said: a list, or the text of a JSGF grammar. */
  readonly grammar?: GrammarSource;
  /** An n-gram model: the text of an ARPA file, or that with its weight. */
  readonly languageModel?: string | LanguageModelSource;
  /** How many readings to tell with each result, partials too; 1 to 100. Default 1: the text alone. */
  readonly alternatives?: number;
}

const DEFAULT_BEAM = 16;
const NAMES = ["beam", "hotwords", "grammar", "languageModel", "alternatives"];

function wholeNumber(value: number, name: string, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new FoldvoxError("bad-argument", `decoding.${name} is ${shown(value)}; give a whole number from 1 to ${most}.`);
}

/**
 * Checks the options and prepares grammar and language model; each call of the result makes a decoder for one stream.
 * Errors: bad-argument, for a grammar or language model with the line.
 */
export function ctcDecoders(options: DecodingOptions, ctc: CtcOptions): () => Decoder {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name] of given) {
    if (!NAMES.includes(name)) {
      throw new FoldvoxError("bad-argument", `decoding.${name} is no option; there are ${NAMES.join(", ")}.`);
    }
  }
  if (given.length === 0) return () => new CtcGreedyDecoder(ctc);
  const { hotwords = [], grammar: source, languageModel } = options;
  if (!Array.isArray(hotwords)) {
    throw new FoldvoxError("bad-argument", `decoding.hotwords is ${shown(hotwords)}; give a list of phrases.`);
  }
  const beam = wholeNumber(options.beam ?? DEFAULT_BEAM, "beam", 1024);
  const alternatives = wholeNumber(options.alternatives ?? 1, "alternatives", 100);
  const spelling = new Spelling(ctc.tokens, ctc.tokenUnit, ctc.blank);
  const grammar = source === undefined ? null : new Grammar(source, spelling);
  const scorers: AnyScorer[] = grammar ? [grammar] : [];
  if (hotwords.length > 0) scorers.push(new Hotwords(hotwords, spelling));
  if (languageModel !== undefined) scorers.push(new LanguageModel(languageModel));
  const search = { beam, alternatives, spelling, scorer: new CombinedScorer(scorers), grammar };
  return () => new CtcBeamDecoder(ctc, search);
}
