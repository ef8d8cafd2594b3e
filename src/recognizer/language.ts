// What a model of phonemes knows of its language beside the sounds: the lexicon, and the user's own words.

import type { Dictation } from "../decode/dictation/dictation.ts";
import { FoldvoxError } from "../errors.ts";
import { besideModel, loadGivenFile, loadSideFile } from "../loading/load-side-file.ts";
import type { ReadOptions } from "../loading/read-source.ts";
import type { ModelConfig } from "../model/config.ts";
import type { ModelSource } from "../model/source.ts";
import { type Lexicon, readLexicon } from "../pronounce/lexicon.ts";
import type { Pronunciations } from "../pronounce/own-pronunciations.ts";
import { Pronouncer } from "../pronounce/pronouncer.ts";
import { soundSequences } from "../pronounce/sound-sequences.ts";

export interface Language {
  readonly lexicon: Lexicon;
  readonly pronouncer: Pronouncer;
  /** All sequences of tokens by which a text may be said. Errors: bad-argument. */
  readonly pronounce: (text: string) => readonly (readonly number[])[];
  /** What any words are heard by; null without a language model. */
  readonly dictation: Dictation | null;
}

export interface LanguageOptions {
  /**
   * The lexicon of a model of phonemes: a URL, or bytes. Default: the file beside the model that its header names, which is loaded
   * and kept as the model is. A model that comes as bytes has none unless it is given here.
   */
  readonly lexicon?: string | URL | ModelSource;
  /** Words that are pronounced otherwise than the lexicon says, or that it does not know; for a model of phonemes. */
  readonly pronunciations?: Pronunciations;
}

/** Reads a lexicon for a model of phonemes. Errors: bad-argument for the pronunciations, those of readLexicon. */
export function languageOf(bytes: Uint8Array, config: ModelConfig, own: Pronunciations = {}): Language {
  const lexicon = readLexicon(bytes, config.tokens);
  const pronouncer = new Pronouncer(lexicon, own);
  return { lexicon, pronouncer, pronounce: (text) => soundSequences(pronouncer, text), dictation: null };
}

/** Errors: bad-argument for options that only a model of phonemes understands. */
export function checkLanguage(config: ModelConfig, { lexicon, pronunciations }: LanguageOptions): void {
  if (config.tokenUnit === "phoneme" || (lexicon === undefined && pronunciations === undefined)) return;
  const option = lexicon === undefined ? "pronunciations" : "lexicon";
  throw new FoldvoxError(
    "bad-argument",
    `${option} is for models of phonemes; ${config.name} hears ${config.tokenUnit}s. Leave it out.`,
  );
}

/**
 * Loads what a model needs; null for models of other tokens, and for models that name no lexicon where none is given.
 * Errors: io, bad-argument, bad-model, model-version, model-truncated, model-corrupt; the signal's reason.
 */
export async function loadLanguage(
  model: string | URL | ModelSource,
  config: ModelConfig,
  options: LanguageOptions & ReadOptions,
): Promise<Language | null> {
  checkLanguage(config, options);
  if (config.tokenUnit !== "phoneme") return null;
  const { lexicon, pronunciations } = options;
  if (lexicon !== undefined) return languageOf(await loadGivenFile(lexicon, options), config, pronunciations);
  const place = config.lexicon ? besideModel(model, config.lexicon) : null;
  if (!place) return null;
  return languageOf(await loadSideFile(place, config.lexicon!, options), config, pronunciations);
}
