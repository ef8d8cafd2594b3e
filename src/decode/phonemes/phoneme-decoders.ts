// The options of decoding, made into decoders of phonemes.

import { FoldvoxError } from "../../errors.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { PhraseConfig } from "../../model/phrase-config.ts";
import { CtcGreedyDecoder } from "../ctc/greedy-decoder.ts";
import type { CtcOptions } from "../ctc/run.ts";
import type { Decoder } from "../decoder.ts";
import type { DecodingOptions } from "../decoding-options.ts";
import type { Dictation } from "../dictation/dictation.ts";
import { dictatedWords, dictationListeners } from "../dictation/dictation-listeners.ts";
import { PreparedGrammar } from "../prepared-grammar.ts";
import { type GrammarSource, readGrammar } from "../scorers/grammar.ts";
import { DICTATION } from "../scorers/jsgf-tokens.ts";
import { calibrationOf, FADING } from "./calibration.ts";
import { type Keyword, KeywordSpotter, keywordGrammar } from "./keyword-spotter.ts";
import { PhonemeDecoder, type PhonemeOptions } from "./phoneme-decoder.ts";
import { PhraseGrammar } from "./phrase-grammar.ts";
import type { DictatedWords } from "./phrase-listener.ts";
import type { Pronounce } from "./pronounced-network.ts";

/** Nats by which a hypothesis may be behind the best; keywords are measured against free phonemes. */
const BEAM_NATS = 20;
const KEYWORD_BEAM_NATS = 24;
/** Nodes kept from row to row, for each hypothesis of `beam`. */
const NODES_PER_HYPOTHESIS = 100;
const DEFAULT_BEAM = 16;
const DEFAULT_SENSITIVITY = 0.5;

/**
 * Makes a grammar ready for streams. Errors: bad-argument, with line and column; unsupported for other models, and where it lets
 * any words be dictated and there is no language model.
 */
export function preparePhrases(
  source: GrammarSource,
  { tokenUnit }: ModelConfig,
  pronounce: Pronounce | null,
  dictation: Dictation | null,
): PreparedGrammar {
  if (tokenUnit !== "phoneme") {
    throw new FoldvoxError("unsupported", "Grammars are prepared for models of phonemes, such as english.");
  }
  const phrases = phraseGrammar(source, pronounce ?? refuse);
  if (phrases.dictates && !dictation) throw noLanguageModel();
  return new PreparedGrammar(source, phrases);
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
  const spell = pronounce ?? refuse;
  const grammar = source === undefined ? null : phraseGrammar(source, spell);
  refuseForPhrases(options, dictates, grammar);
  if (!dictates && source === undefined && keywords.length === 0) return () => new CtcGreedyDecoder(ctc);
  let words: DictatedWords | null = null;
  const phonemes = phonemeOptions(options, ctc, given, () => {
    if (!dictation) throw noLanguageModel();
    words ??= dictatedWords(dictation, options, calibrationOf(given).floor, spell);
    return words;
  });
  // What cannot be used is told now, not when a stream is made.
  if (grammar?.dictates) phonemes.phrases.dictated();
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
function refuseForPhrases(options: DecodingOptions, dictates: boolean, grammar: PhraseGrammar | null): void {
  if (dictates) return;
  for (const name of ["hotwords", "languageModel", "text"] as const) {
    if (options[name] === undefined || (grammar?.dictates && name !== "text")) continue;
    const advice = grammar ? "and a grammar is given" : "and this one has no language model";
    throw new FoldvoxError(
      "unsupported",
      `decoding.${name} is for dictation with a model of phonemes, ${advice}. Leave it out.`,
    );
  }
}

const noLanguageModel = () =>
  new FoldvoxError(
    "unsupported",
    `The grammar lets any words be dictated (${DICTATION}), and there is no language model. Give one when the recognizer is made, with \`ngrams\`, or name the words.`,
  );

function phonemeOptions(
  options: DecodingOptions,
  ctc: CtcOptions,
  given: PhraseConfig | undefined,
  dictated: () => DictatedWords,
): PhonemeOptions {
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
      times: { tokenSeconds, startRow, startDelay, endDelay, fading: FADING },
      search: { blank, beam: BEAM_NATS, mostActive: beam * NODES_PER_HYPOTHESIS, backgroundPenalty },
      dictated,
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
