// Numbers of dictation that were found by measurement: npm run tune:dictation finds them, on recordings with transcripts of
// speakers that nothing is measured on.

import type { WordWeights } from "./dictation-scorer.ts";

/** What words are weighed by. */
export const WEIGHTS: WordWeights = { languageModel: 0.75, wordBonus: -1.2 };
/** Nats by which a phoneme of noise is further behind than one of speech, on average. */
export const MOST_BEHIND = 2.5;
