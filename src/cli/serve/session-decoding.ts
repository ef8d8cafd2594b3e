// What a client asks for, as decoding options of the model at hand.

import type { DecodingOptions } from "../../decode/decoding-options.ts";
import type { PreparedGrammar } from "../../decode/prepared-grammar.ts";
import type { GrammarSource } from "../../decode/scorers/grammar.ts";
import { Spelling } from "../../decode/text/spelling.ts";
import type { Recognizer } from "../../recognizer/recognizer.ts";
import type { Hint, SessionWishes } from "./messages.ts";

/** Vosk's phrase for speech that is none of the others. */
const UNKNOWN = "[unk]";
/** Grammars that are kept ready: every call of a telephone line brings the same. */
const MOST_PREPARED = 32;

export class SessionDecoding {
  private readonly recognizer: Recognizer;
  private readonly own: DecodingOptions | undefined;
  private readonly hearsPhonemes: boolean;
  private readonly spelling: Spelling;
  /** By their sources, the one longest unused first. */
  private readonly prepared = new Map<string, PreparedGrammar>();

  /** `own` is what the server itself was told. */
  constructor(recognizer: Recognizer, own: DecodingOptions | undefined) {
    const { tokens, tokenUnit, head } = recognizer.header.config;
    this.recognizer = recognizer;
    this.own = own;
    this.hearsPhonemes = tokenUnit === "phoneme";
    this.spelling = new Spelling(tokens, tokenUnit, head.blank);
  }

  /** Undefined for the recognizer's own. Errors: bad-argument for a grammar that is none. */
  optionsFor({ decoding, hints = [] }: SessionWishes): DecodingOptions | undefined {
    const wanted = decoding && this.ready(decoding);
    const hotwords = this.hotwordsOf(hints);
    if (hotwords.length === 0) return wanted;
    const base = wanted ?? this.own;
    return { ...base, hotwords: [...(base?.hotwords ?? []), ...hotwords] };
  }

  private ready({ grammar, ...others }: DecodingOptions): DecodingOptions {
    return { ...others, ...this.grammarOf(grammar) };
  }

  private grammarOf(source: DecodingOptions["grammar"]): Pick<DecodingOptions, "grammar"> {
    if (typeof source !== "string" && !Array.isArray(source)) return source === undefined ? {} : { grammar: source };
    if (this.hearsPhonemes) return { grammar: this.preparedFrom(source) };
    // Elsewhere silence and noise are always allowed, and nothing stands for other speech.
    const phrases = typeof source === "string" ? source : source.filter((phrase) => phrase.trim() !== UNKNOWN);
    return phrases.length === 0 ? {} : { grammar: phrases };
  }

  private preparedFrom(source: GrammarSource): PreparedGrammar {
    const key = JSON.stringify(source);
    const grammar = this.prepared.get(key) ?? this.recognizer.prepareGrammar(source);
    this.prepared.delete(key);
    this.prepared.set(key, grammar);
    for (const oldest of this.prepared.keys()) {
      if (this.prepared.size <= MOST_PREPARED) break;
      this.prepared.delete(oldest);
    }
    return grammar;
  }

  /** Hints that the model can spell: a client gives them without knowing which model hears them. Phonemes have no hotwords. */
  private hotwordsOf(hints: readonly Hint[]): readonly Hint[] {
    if (this.hearsPhonemes) return [];
    const words = ({ phrase }: Hint) => phrase.trim().split(/\s+/);
    return hints.filter((hint) => words(hint).every((word) => this.spelling.fit(word) !== null));
  }
}
