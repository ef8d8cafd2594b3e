// What a stream asks of a decoder, whatever the model's head.

import type { UtteranceState } from "./endpoint.ts";
import type { PhraseGrammar } from "./phonemes/phrase-grammar.ts";
import type { FinalResult, KeywordResult, PartialResult } from "./text/results.ts";

export interface Decoder extends UtteranceState {
  /** Takes what the encoder has put out: output[numRows][plan.outputDim]. The view is overwritten afterwards. */
  accept(output: Float32Array, numRows: number): void;
  /** Takes rows in which nothing was said, without looking at them. */
  skip(numRows: number): void;
  partial(): PartialResult;
  /**
   * Ends the utterance and starts the next. Null if nothing was said. Where the audio goes on, a word that somebody is in the middle
   * of may be left to the next utterance.
   */
  finish(goesOn?: boolean): FinalResult | null;
  reset(): void;
  /** Keywords caught since the last call; where there may be some. */
  keywords?(): KeywordResult[];
  /** Listens for another grammar; where that can be done. */
  setGrammar?(grammar: PhraseGrammar | null, since: number | null): void;
}
