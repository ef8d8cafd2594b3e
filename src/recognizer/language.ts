// The language of a phoneme model: the lexicon, the user's own words, and dictation's language model.

import { Dictation } from "../decode/dictation/dictation.ts";
import { PreparedGrammar } from "../decode/prepared-grammar.ts";
import { namesDictation } from "../decode/scorers/grammar.ts";
import { FoldvoxError } from "../errors.ts";
import { besideModel, loadGivenFile, loadSideFile } from "../loading/load-side-file.ts";
import type { ReadOptions } from "../loading/read-source.ts";
import type { ModelConfig } from "../model/config.ts";
import type { SideFile } from "../model/side-file.ts";
import type { ModelSource } from "../model/source.ts";
import { readNgramFile } from "../ngrams/ngram-file.ts";
import { type Lexicon, readLexicon } from "../pronounce/lexicon.ts";
import type { Pronunciations } from "../pronounce/own-pronunciations.ts";
import { Pronouncer } from "../pronounce/pronouncer.ts";
import { soundSequences } from "../pronounce/sound-sequences.ts";
import type { StreamOptions } from "./stream-options.ts";

export interface Language {
  readonly lexicon: Lexicon;
  readonly pronouncer: Pronouncer;
  /** All token sequences of a text's pronunciations. Errors: bad-argument. */
  readonly pronounce: (text: string) => readonly (readonly number[])[];
  /** For dictation; null without a language model. */
  readonly dictation: Dictation | null;
}

export interface LanguageOptions {
  /**
   * The lexicon of a phoneme model: a URL, or bytes. Default: the file that the model's header names, from beside the model, which is
   * loaded and cached like the model. A model given as bytes has no lexicon unless it is given here.
   */
  readonly lexicon?: string | URL | ModelSource;
  /**
   * The language model of dictation, as `foldvox convert arpa` makes it: a URL, or bytes. Default: as for `lexicon`. It is not loaded
   * if `decoding.grammar` is given and has no `<dictation>` in it.
   */
  readonly ngrams?: string | URL | ModelSource;
  /** Pronunciations of your own, for words that the lexicon lacks or has differently; for phoneme models. */
  readonly pronunciations?: Pronunciations;
}

/** The files of a language, as bytes. */
interface LanguageFiles {
  readonly lexicon: Uint8Array;
  readonly ngrams: Uint8Array | null;
}

/** Reads the files for a model of phonemes. Errors: bad-argument for the pronunciations, those of readLexicon and readNgramFile. */
export function languageOf(
  { lexicon: bytes, ngrams }: LanguageFiles,
  config: ModelConfig,
  own: Pronunciations = {},
): Language {
  const lexicon = readLexicon(bytes, config.tokens);
  const pronouncer = new Pronouncer(lexicon, own);
  const dictation = ngrams && new Dictation(readNgramFile(ngrams), lexicon);
  return { lexicon, pronouncer, pronounce: (text) => soundSequences(pronouncer, text), dictation };
}

const OPTIONS = ["lexicon", "ngrams", "pronunciations"] as const;

/** Errors: bad-argument for options that only a model of phonemes understands. */
export function checkLanguage(
  config: ModelConfig,
  options: { readonly [Name in (typeof OPTIONS)[number]]?: unknown },
): void {
  const option = OPTIONS.find((name) => options[name] !== undefined);
  if (config.tokenUnit === "phoneme" || !option) return;
  throw new FoldvoxError(
    "bad-argument",
    `${option} is for models of phonemes; ${config.name} hears ${config.tokenUnit}s. Leave it out.`,
  );
}

/** The place of a file that a model names; null if there is none. */
type Beside = (side: SideFile) => URL | null;

/** A file from the caller's place, or from beside the model if its header names one. */
async function loadFile(
  given: string | URL | ModelSource | undefined,
  beside: Beside,
  side: SideFile | undefined,
  options: ReadOptions,
): Promise<Uint8Array | null> {
  if (given !== undefined) return loadGivenFile(given, options);
  const place = side && beside(side);
  return place ? loadSideFile(place, side, options) : null;
}

/**
 * Loads a model's language; `beside` gives the place of its files. null for models that are not of phonemes, and if there is no
 * lexicon.
 * Errors: io, bad-argument, bad-model, model-version, model-truncated, model-corrupt; the signal's reason.
 */
export async function loadLanguage(
  model: string | URL | ModelSource,
  config: ModelConfig,
  options: LanguageOptions & ReadOptions & Pick<StreamOptions, "decoding">,
  beside: Beside = (side) => besideModel(model, side),
): Promise<Language | null> {
  checkLanguage(config, options);
  if (config.tokenUnit !== "phoneme") return null;
  const grammar = options.decoding?.grammar;
  const text = grammar instanceof PreparedGrammar ? grammar.source : grammar;
  const dictates = options.ngrams !== undefined || text === undefined || namesDictation(text);
  const [lexicon, ngrams] = await Promise.all([
    loadFile(options.lexicon, beside, config.lexicon, options),
    loadFile(options.ngrams, beside, dictates ? config.ngrams : undefined, options),
  ]);
  return lexicon && languageOf({ lexicon, ngrams }, config, options.pronunciations);
}
