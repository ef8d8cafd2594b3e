// Whoever makes results of rows of phonemes: phrases of a grammar, or any words.

import type { FinalResult, PartialResult } from "../text/results.ts";
import type { SoundRow } from "./sound-row.ts";

export interface Listener {
  accept(sounds: SoundRow): void;
  /** The row behind the last phoneme of any kind; null if the utterance has had none. */
  readonly voicedEnd: number | null;
  /** Seconds at which the last word ended. */
  readonly spokenEnd: number;
  /** Whether more words must follow. */
  readonly isIncomplete: boolean;
  partial(): PartialResult;
  /** Ends the utterance and begins the next, as a decoder does. Null if nothing was heard. */
  finish(goesOn: boolean): FinalResult | null;
}
