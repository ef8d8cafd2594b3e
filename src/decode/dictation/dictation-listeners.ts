// The options of decoding, made into what listens to any words.

import type { DecodingOptions } from "../decoding-options.ts";
import type { Listener } from "../phonemes/listener.ts";
import type { DictatedWords } from "../phonemes/phrase-listener.ts";
import type { Pronounce } from "../phonemes/pronounced-network.ts";
import type { PhonemeTimes } from "../phonemes/utterance-reader.ts";
import { MOST_BEHIND, WEIGHTS } from "./calibration.ts";
import type { Dictation, PreparedWords } from "./dictation.ts";
import { DictationListener, type DictationOptions } from "./dictation-listener.ts";
import type { WalkedWords } from "./word-walk.ts";

/** Nats by which a hypothesis may be behind the best. */
export const BEAM_NATS = 16;
/** Tokens kept from row to row, for each hypothesis of `beam`. */
export const TOKENS_PER_HYPOTHESIS = 125;
export const DEFAULT_BEAM = 16;
/** Phonemes further behind a row's best than this, in nats, do not begin there. */
export const FLOOR = 10;

/** What dictation is prepared for: words and scores, and how wide the search is. */
interface Prepared {
  readonly words: PreparedWords;
  readonly walked: WalkedWords;
  readonly mostTokens: number;
}

function prepared(dictation: Dictation, options: DecodingOptions, floor: number, pronounce: Pronounce): Prepared {
  const { hotwords = [], languageModel, beam = DEFAULT_BEAM } = options;
  const words = dictation.prepare(WEIGHTS, { hotwords, languageModel }, pronounce);
  const { tree, ahead, scorer } = words;
  const walked = { tree, ahead, scorer, floor: Math.min(FLOOR, floor) };
  return { words, walked, mostTokens: beam * TOKENS_PER_HYPOTHESIS };
}

/**
 * Prepares words once for all streams whose grammars let them be dictated; `floor` is the rows'. Errors: bad-argument for
 * hotwords and language models that cannot be used, bad-model where lexicon and language model do not belong together.
 */
export function dictatedWords(
  dictation: Dictation,
  options: DecodingOptions,
  floor: number,
  pronounce: Pronounce,
): DictatedWords {
  const { words, walked, mostTokens } = prepared(dictation, options, floor, pronounce);
  return { words: walked, mostTokens, written: (word) => words.vocabulary.written(word) };
}

/** What a model's rows are and mean. */
export interface DictatedRows {
  readonly blank: number;
  readonly floor: number;
  readonly times: PhonemeTimes;
}

/**
 * Prepares words and scores once for all streams. Errors: bad-argument for hotwords and language models that cannot be used,
 * bad-model where lexicon and language model do not belong together.
 */
export function dictationListeners(
  dictation: Dictation,
  options: DecodingOptions,
  { blank, floor, times }: DictatedRows,
  pronounce: Pronounce,
): (row: number, spokenSeconds: number) => Listener {
  const { alternatives = 1, text = {} } = options;
  const { words, walked, mostTokens } = prepared(dictation, options, floor, pronounce);
  const listening: DictationOptions = {
    search: {
      words: walked,
      blank,
      beam: BEAM_NATS,
      mostTokens,
      keepsAlternatives: alternatives > 1,
    },
    vocabulary: words.vocabulary,
    times,
    alternatives,
    style: text,
    mostBehind: MOST_BEHIND,
  };
  return (row, spokenSeconds) => new DictationListener(listening, row, spokenSeconds);
}
