// A grammar made ready for the search: what may be said, how it sounds, and what it means. Streams share it.

import type { Place, Rule } from "../scorers/jsgf-rules.ts";
import { DICTATION } from "../scorers/jsgf-tokens.ts";
import { MeaningReader } from "./meaning.ts";
import { type PhonemeNetwork, phonemeNetwork } from "./phoneme-network.ts";
import { PhraseReader } from "./phrase-reader.ts";
import { ANY_PHONEME, type Pronounce, type PronouncedNetwork, pronouncedNetwork } from "./pronounced-network.ts";
import { wordNetwork } from "./word-network.ts";

export class PhraseGrammar {
  /** What the search walks through. */
  readonly network: PhonemeNetwork;
  /** The same with its words. */
  readonly pronounced: PronouncedNetwork;
  readonly meanings: MeaningReader;
  /** Whether an utterance may be any other speech, and nothing else. */
  readonly allowsUnknown: boolean;
  /** Where it first lets any words be dictated; null where it does not. */
  readonly dictates: Place | null;

  /** Errors: bad-argument for a grammar that is too large, or a word that cannot be pronounced; with its place. */
  constructor(rules: readonly Rule[], pronounce: Pronounce) {
    const words = wordNetwork(rules);
    this.pronounced = pronouncedNetwork(words, pronounce);
    this.network = phonemeNetwork(this.pronounced);
    this.meanings = new MeaningReader(words);
    this.dictates = words.places[words.words.indexOf(DICTATION)] ?? null;
    this.allowsUnknown = new PhraseReader(this.pronounced).whole([ANY_PHONEME]) !== undefined;
  }
}
