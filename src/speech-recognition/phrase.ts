// Phrases to be preferred.

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
