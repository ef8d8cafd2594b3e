// The options of decoding, made into decoders of phonemes.

import { FoldvoxError } from "../../errors.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { PhraseConfig } from "../../model/phrase-config.ts";
import { CtcGreedyDecoder } from "../ctc/greedy-decoder.ts";
import type { CtcOptions } from "../ctc/run.ts";
import type { Decoder } from "../decoder.ts";
import type { DecodingOptions } from "../decoding-options.ts";
import type { Dictation } from "../dictation/dictation.ts";
import { dictationListeners } from "../dictation/dictation-listeners.ts";
import { PreparedGrammar } from "../prepared-grammar.ts";
import { type GrammarSource, readGrammar } from "../scorers/grammar.ts";
import { calibrationOf } from "./calibration.ts";
import { type Keyword, KeywordSpotter, keywordGrammar } from "./keyword-spotter.ts";
import { PhonemeDecoder, type PhonemeOptions } from "./phoneme-decoder.ts";
import { PhraseGrammar } from "./phrase-grammar.ts";
import type { Pronounce } from "./pronounced-network.ts";

/** Nats by which a hypothesis may be behind the best; keywords are measured against free phonemes. */
const BEAM_NATS = 20;
const KEYWORD_BEAM_NATS = 24;
/** Nodes kept from row to row, for each hypothesis of `beam`. */
const NODES_PER_HYPOTHESIS = 100;
const DEFAULT_BEAM = 16;
const DEFAULT_SENSITIVITY = 0.5;

/** Makes a grammar ready for streams. Errors: bad-argument, with line and column; unsupported for other models. */
export function preparePhrases(
  source: GrammarSource,
  { tokenUnit }: ModelConfig,
  pronounce: Pronounce | null,
): PreparedGrammar {
  if (tokenUnit !== "phoneme") {
    throw new FoldvoxError("unsupported", "Grammars are prepared for models of phonemes, such as english.");
  }
  return new PreparedGrammar(source, phraseGrammar(source, pronounce ?? refuse));
}

function phraseGrammar(source: GrammarSource | PreparedGrammar, pronounce: Pronounce): PhraseGrammar {
  if (source instanceof PreparedGrammar) return source.phrases;
  return new PhraseGrammar(readGrammar(source).publicRules, pronounce);
}

/**
 * Prepares grammar and keywords of options that have been checked, or dictation where no grammar is given; each call of the result makes a decoder for one stream.
 * Errors: bad-argument; unsupported for what phonemes cannot do.
 */
export function phonemeDecoders(
  options: DecodingOptions,
  ctc: CtcOptions,
  given: PhraseConfig | undefined,
  pronounce: Pronounce | null,
  dictation: Dictation | null = null,
): () => Decoder {
  const { grammar: source, keywords = [] } = options;
  const dictates = dictation !== null && source === undefined;
  refuseForPhrases(options, dictates);
  if (!dictates && source === undefined && keywords.length === 0) return () => new CtcGreedyDecoder(ctc);
  const spell = pronounce ?? refuse;
  const grammar = source === undefined ? null : phraseGrammar(source, spell);
  const phonemes = phonemeOptions(options, ctc, given);
  const rows = { blank: ctc.blank, floor: phonemes.weights.floor, times: phonemes.phrases.times };
  const dictate = dictates ? dictationListeners(dictation, options, rows, spell) : null;
  if (keywords.length === 0) return () => new PhonemeDecoder(phonemes, grammar, null, dictate);
  const wanted = keywords.map((keyword): Keyword => (typeof keyword === "string" ? { phrase: keyword } : keyword));
  const phrases = keywordGrammar(wanted, spell);
  const { times, search } = phonemes.phrases;
  const spotting = {
    times,
    search: { ...search, beam: KEYWORD_BEAM_NATS },
    confidence: calibrationOf(given).keywordConfidence,
  };
  return () => new PhonemeDecoder(phonemes, grammar, new KeywordSpotter(spotting, phrases, wanted), dictate);
}

/** Errors: unsupported for options of dictation where there is none. */
function refuseForPhrases(options: DecodingOptions, dictates: boolean): void {
  if (dictates) return;
  for (const name of ["hotwords", "languageModel", "text"] as const) {
    if (options[name] === undefined) continue;
    const advice = options.grammar === undefined ? "and this one has no language model" : "and a grammar is given";
    throw new FoldvoxError(
      "unsupported",
      `decoding.${name} is for dictation with a model of phonemes, ${advice}. Leave it out.`,
    );
  }
}

function phonemeOptions(options: DecodingOptions, ctc: CtcOptions, given: PhraseConfig | undefined): PhonemeOptions {
  const { beam = DEFAULT_BEAM, alternatives = 1, sensitivity = DEFAULT_SENSITIVITY } = options;
  const { blank, tokenSeconds, startRow, tokens } = ctc;
  const { blankPenalty, floor, backgroundPenalty, startDelay, endDelay, confidence } = calibrationOf(given);
  return {
    tokens: tokens.length,
    blank,
    tokenSeconds,
    startRow,
    weights: { blankPenalty, floor },
    phrases: {
      times: { tokenSeconds, startRow, startDelay, endDelay },
      search: { blank, beam: BEAM_NATS, mostActive: beam * NODES_PER_HYPOTHESIS, backgroundPenalty },
      confidence,
      sensitivity,
      alternatives,
    },
  };
}

function refuse(): never {
  throw new FoldvoxError(
    "unsupported",
    "The model hears phonemes, and no lexicon is there that says how words are pronounced.",
  );
}
