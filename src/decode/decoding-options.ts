// How text is searched for in what the encoder says: the options that users give.

import { FoldvoxError, shown } from "../errors.ts";
import { checkCount, checkOptions, type OptionTypes } from "../options.ts";
import type { TextStyle } from "./dictation/written-text.ts";
import type { Keyword } from "./phonemes/keyword-spotter.ts";
import type { PreparedGrammar } from "./prepared-grammar.ts";
import type { GrammarSource } from "./scorers/grammar.ts";
import type { Hotword } from "./scorers/hotwords.ts";
import type { LanguageModelSource } from "./scorers/language-model.ts";

/** Without any of these the best token of every row is taken: the fastest, and the default. */
export interface DecodingOptions {
  /** Hypotheses that the search keeps, 1 to 1024. Default 16 where any other option is given. */
  readonly beam?: number;
  /** Phrases to be preferred. Words are matched as the model's tokens spell them, whatever their letter case. */
  readonly hotwords?: readonly (string | Hotword)[];
  /** The only phrases that may be said: a list, or the text of a JSGF grammar; for a model of phonemes also a prepared one. */
  readonly grammar?: GrammarSource | PreparedGrammar;
  /**
   * 0 to 1: how readily speech is taken for a phrase of the grammar. Speech that is one with a probability below 1 - sensitivity
   * is not heard; at 1 all speech is taken for the nearest phrase. Of models of phonemes. Default 0.5.
   */
  readonly sensitivity?: number;
  /** Phrases to be caught wherever they are said, beside the grammar. Of models of phonemes. */
  readonly keywords?: readonly (string | Keyword)[];
  /** An n-gram model: the text of an ARPA file, or that with its weight. */
  readonly languageModel?: string | LanguageModelSource;
  /** How dictated text is written: capitals, digits, punctuation. Of models of phonemes with a language model. */
  readonly text?: TextStyle;
  /** How many readings to tell with each result, partials too; 1 to 100. Default 1: the text alone. */
  readonly alternatives?: number;
}

const TYPES: OptionTypes<DecodingOptions> = {
  beam: "any",
  hotwords: "any",
  grammar: "any",
  sensitivity: "any",
  keywords: "any",
  languageModel: "any",
  alternatives: "any",
  text: "object",
};

const TEXT_TYPES: OptionTypes<TextStyle> = { capitals: "boolean", digits: "boolean", punctuation: "boolean" };

/** Checks what does not depend on the model's tokens. Errors: bad-argument. */
export function checkDecoding(options: DecodingOptions): void {
  checkOptions("decoding", options, TYPES);
  const { beam = 1, alternatives = 1, hotwords = [], sensitivity = 0, keywords = [] } = options;
  checkCount("decoding.beam", beam, 1024);
  checkOptions("decoding.text", options.text ?? {}, TEXT_TYPES);
  checkCount("decoding.alternatives", alternatives, 100);
  if (!Array.isArray(hotwords)) {
    throw new FoldvoxError("bad-argument", `decoding.hotwords is ${shown(hotwords)}; give a list of phrases.`);
  }
  checkShare("decoding.sensitivity", sensitivity);
  if (!Array.isArray(keywords)) {
    throw new FoldvoxError("bad-argument", `decoding.keywords is ${shown(keywords)}; give a list of phrases.`);
  }
  for (const keyword of keywords) checkKeyword(keyword);
}

function checkKeyword(keyword: unknown): void {
  if (typeof keyword !== "string") checkOptions("a keyword", keyword, { phrase: "any", sensitivity: "any" });
  const { phrase, sensitivity = 0 } = typeof keyword === "string" ? { phrase: keyword } : (keyword as Keyword);
  if (typeof phrase !== "string" || phrase.trim() === "") {
    throw new FoldvoxError("bad-argument", `A keyword is ${shown(phrase)}; give words.`);
  }
  checkShare(`The sensitivity of the keyword ${shown(phrase)}`, sensitivity);
}

function checkShare(what: string, value: unknown): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new FoldvoxError("bad-argument", `${what} is ${shown(value)}; give a number from 0 to 1.`);
}
