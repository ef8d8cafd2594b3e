// A grammar made ready for the search: what may be said, how it sounds, and what it means. Streams share it.

import type { GrammarSource } from "../scorers/grammar.ts";
import { UNKNOWN } from "../scorers/jsgf-tokens.ts";
import { MeaningReader } from "./meaning.ts";
import { type PhonemeNetwork, phonemeNetwork } from "./phoneme-network.ts";
import { type Pronounce, type PronouncedNetwork, pronouncedNetwork } from "./pronounced-network.ts";
import { wordNetwork } from "./word-network.ts";

export class PhraseGrammar {
  /** What the search walks through. */
  readonly network: PhonemeNetwork;
  /** The same with its words. */
  readonly pronounced: PronouncedNetwork;
  readonly meanings: MeaningReader;
  /** Whether the grammar itself says where other speech may stand. */
  readonly hasUnknown: boolean;

  /** Errors: bad-argument for a malformed grammar, one that is too large, or a word that cannot be pronounced; with its place. */
  constructor(source: GrammarSource, pronounce: Pronounce) {
    const words = wordNetwork(source);
    this.pronounced = pronouncedNetwork(words, pronounce);
    this.network = phonemeNetwork(this.pronounced);
    this.meanings = new MeaningReader(words);
    this.hasUnknown = words.words.includes(UNKNOWN);
  }
}
