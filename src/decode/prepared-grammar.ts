// A grammar that has been made ready ahead of time, so that streams can change to it at once.

import type { PhraseGrammar } from "./phonemes/phrase-grammar.ts";
import type { GrammarSource } from "./scorers/grammar.ts";

/**
 * Made by Recognizer.prepareGrammar, for streams of recognizers with the same model.
 * @example
 * ```ts types
 * const recognizer = await createRecognizer({ model: "english" });
 * const answers = recognizer.prepareGrammar(["yes [please]", "no [thanks]"]);
 * const stream = recognizer.createStream({ decoding: { grammar: ["play <dictation>", "stop"] } });
 * stream.setGrammar(answers);
 * ```
 */
export class PreparedGrammar {
  /** What it was made of. */
  readonly source: GrammarSource;
  /** @internal */
  readonly phrases: PhraseGrammar;

  /** Made by Recognizer.prepareGrammar. @internal */
  constructor(source: GrammarSource, phrases: PhraseGrammar) {
    this.source = source;
    this.phrases = phrases;
  }
}
