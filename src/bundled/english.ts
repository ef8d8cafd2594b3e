// foldvox/english: where the model lies, written out so that bundlers see and copy its files. What it exports are options of a recognizer.

import { own } from "./own.ts";

/** The model. */
export const model: URL = own(() => new URL("../models/english.safetensors", import.meta.url), "english.safetensors");

/** The lexicon. */
export const lexicon: URL = own(() => new URL("../models/english.lexicon", import.meta.url), "english.lexicon");

/** The language model of dictation; phrases and keywords need none. */
export const ngrams: URL = own(() => new URL("../models/english.ngrams", import.meta.url), "english.ngrams");
