// How text is searched for in what the encoder says: the options that users give.

import { FoldvoxError, shown } from "../errors.ts";
import { checkCount, checkOptions, type OptionTypes } from "../options.ts";
import type { GrammarSource } from "./scorers/grammar.ts";
import type { Hotword } from "./scorers/hotwords.ts";
import type { LanguageModelSource } from "./scorers/language-model.ts";

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

const TYPES: OptionTypes<DecodingOptions> = {
  beam: "any",
  hotwords: "any",
  grammar: "any",
  languageModel: "any",
  alternatives: "any",
};

/** Checks what does not depend on the model's tokens. Errors: bad-argument. */
export function checkDecoding(options: DecodingOptions): void {
  checkOptions("decoding", options, TYPES);
  const { beam = 1, alternatives = 1, hotwords = [] } = options;
  checkCount("decoding.beam", beam, 1024);
  checkCount("decoding.alternatives", alternatives, 100);
  if (!Array.isArray(hotwords)) {
    throw new FoldvoxError("bad-argument", `decoding.hotwords is ${shown(hotwords)}; give a list of phrases.`);
  }
}
