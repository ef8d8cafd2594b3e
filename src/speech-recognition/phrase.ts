// Phrases to be preferred, and the grammar list that old pages still fill.

import type { Hotword } from "../decode/scorers/hotwords.ts";
import { Spelling } from "../decode/text/spelling.ts";
import type { ModelConfig } from "../model/config.ts";

/** A phrase to be preferred, and by how much. */
export class SpeechRecognitionPhrase {
  readonly phrase: string;
  /** Natural logarithm of how much likelier the phrase is than the recognizer thinks, 0 to 10. */
  readonly boost: number;

  /** Throws a SyntaxError DOMException for an empty phrase or a boost out of range. */
  constructor(phrase: string, boost = 1) {
    if (phrase.trim() === "") throw new DOMException("The phrase is empty.", "SyntaxError");
    if (!(boost >= 0 && boost <= 10)) {
      throw new DOMException(`The boost is ${boost}; it must be from 0 to 10.`, "SyntaxError");
    }
    this.phrase = phrase;
    this.boost = boost;
  }
}

/**
 * Phrases as hotwords. Those with words that the model cannot spell are left out: a page gives hints without knowing which
 * model hears them.
 */
export function toHotwords(phrases: readonly SpeechRecognitionPhrase[], config: ModelConfig): Hotword[] {
  const spelling = new Spelling(config.tokens, config.tokenUnit, config.head.blank);
  const words = (phrase: string) => phrase.trim().split(/\s+/);
  return phrases
    .filter(({ phrase }) => words(phrase).every((word) => spelling.fit(word) !== null))
    .map(({ phrase, boost }) => ({ phrase, boost }));
}

/** Kept by the standard for pages that fill it; as there, it changes nothing. */
export class SpeechGrammarList {
  private readonly grammars: { src: string; weight: number }[] = [];

  get length(): number {
    return this.grammars.length;
  }

  /** The grammar at this index. */
  item(index: number): { src: string; weight: number } | undefined {
    return this.grammars[index];
  }

  /** Keeps it, as the Web Speech API asks; grammars have no effect. */
  addFromURI(src: string, weight = 1): void {
    this.grammars.push({ src, weight });
  }

  /** The same with the text of a grammar. */
  addFromString(string: string, weight = 1): void {
    this.grammars.push({ src: `data:application/xml,${encodeURIComponent(string)}`, weight });
  }
}
