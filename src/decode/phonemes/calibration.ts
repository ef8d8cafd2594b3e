// Numbers of a model's phonemes that were found by measurement: a model file brings its own, fitted to recordings with
// transcripts (scripts/calibrate/). What it leaves out is as below, which was measured with the first model of English.

import type { PhraseConfig } from "../../model/phrase-config.ts";

/** For models whose files say nothing. */
export const DEFAULT_CALIBRATION: Required<PhraseConfig> = {
  blankPenalty: 2.5,
  floor: 8,
  backgroundPenalty: 3.5,
  startDelay: 1,
  endDelay: 0,
  confidence: [5.3, -2.5, -1.0, -0.45, 0.3, 0, -1.0, 0, 0],
  keywordConfidence: [-1.1, -4.8, 3.7, 0, 0, 0, -0.5, 0, 0],
};

/** Seconds for which the last sound of a word goes on, in the median, after the last row in which it is heard. */
export const FADING = 0.06;

/** What a model's file says, and else what is usual. */
export function calibrationOf(given: PhraseConfig = {}): Required<PhraseConfig> {
  return { ...DEFAULT_CALIBRATION, ...given };
}
