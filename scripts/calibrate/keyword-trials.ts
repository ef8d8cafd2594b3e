// Trials for keywords: phrases of some readings are listened for in all of them.

import { KeywordSpotter, keywordGrammar } from "../../src/decode/phonemes/keyword-spotter.ts";
import { figures } from "../../src/decode/phonemes/phrase-confidence.ts";
import type { Pronounce } from "../../src/decode/phonemes/pronounced-network.ts";
import { SoundRow } from "../../src/decode/phonemes/sound-row.ts";
import type { PhraseConfig } from "../../src/model/phrase-config.ts";
import { draws } from "./draws.ts";
import type { Hearing } from "./hear.ts";
import type { Recording } from "./recordings.ts";

/** The best sighting of a phrase in a recording. */
export interface KeywordTrial {
  readonly isSaid: boolean;
  /** Of phrase-confidence.ts; null where nothing like it was seen. */
  readonly figures: readonly number[] | null;
}

export interface KeywordTrials {
  readonly trials: readonly KeywordTrial[];
  /** Hours of recordings in which each phrase was listened for, all phrases together. */
  readonly hours: number;
}

const PHRASES = 90;
/** Phrases that one spotter listens for. */
const TOGETHER = 90;
/** As many phonemes have three syllables or more. */
const FEWEST_PHONEMES = 8;
const MOST_PHONEMES = 16;
/** Sightings further behind, in nats by phoneme, are nobody's keyword. */
const MOST_BEHIND = 3;
const SEARCH = { beam: 24, mostActive: 1600 };

function drawPhrases(readings: readonly Recording[], pronounce: Pronounce): string[] {
  const draw = draws(3);
  const phrases = new Set<string>();
  for (let tries = 0; phrases.size < PHRASES && tries < 100 * PHRASES; tries++) {
    const words = readings[draw(readings.length)]!.text.split(" ");
    const count = 1 + draw(3);
    const from = draw(Math.max(1, words.length - count + 1));
    const phrase = words.slice(from, from + count);
    const phonemes = phrase.reduce((sum, word) => sum + pronounce(word)[0]!.length, 0);
    if (phonemes >= FEWEST_PHONEMES && phonemes <= MOST_PHONEMES) phrases.add(phrase.join(" "));
  }
  return [...phrases];
}

/** What is listened to: what was read, as it is and in some noise, and rows in which nobody speaks. */
function stretches(readings: readonly Recording[], silent: readonly Float32Array[]) {
  const spoken = readings.flatMap(({ text, rows }) => [
    { text, rows: rows[0]! },
    { text, rows: rows[1]! },
  ]);
  return [...spoken, ...silent.map((rows) => ({ text: "", rows }))];
}

/** `silent`: rows in which nobody speaks. */
export function keywordTrials(
  readings: readonly Recording[],
  silent: readonly Float32Array[],
  pronounce: Pronounce,
  weights: Required<PhraseConfig>,
  { tokens, blank, tokenSeconds }: Hearing,
): KeywordTrials {
  const phrases = drawPhrases(readings, pronounce);
  const trials: KeywordTrial[] = [];
  const times = { tokenSeconds, startRow: 0, startDelay: 0, endDelay: 0, fading: 0 };
  const options = { times, search: { ...SEARCH, blank }, confidence: weights.keywordConfidence };
  const heard = stretches(readings, silent);
  for (let from = 0; from < phrases.length; from += TOGETHER) {
    const wanted = phrases.slice(from, from + TOGETHER).map((phrase) => ({ phrase }));
    const grammar = keywordGrammar(wanted, pronounce);
    for (const { text, rows } of heard) {
      const sounds = new SoundRow(tokens, blank, weights);
      const spotter = new KeywordSpotter(options, grammar, wanted);
      const best = new Map<string, readonly number[]>();
      for (let row = 0; row < rows.length / tokens; row++) {
        sounds.read(rows, row);
        for (const { utterance, evidence } of spotter.see(sounds)) {
          const seen = figures(evidence);
          const known = best.get(utterance.text);
          if (seen[1]! <= MOST_BEHIND && !(known && known[1]! <= seen[1]!)) best.set(utterance.text, seen);
        }
      }
      for (const { phrase } of wanted) {
        const isSaid = ` ${text} `.includes(` ${phrase} `);
        const seen = best.get(phrase) ?? null;
        if (isSaid || seen) trials.push({ isSaid, figures: seen });
      }
    }
  }
  const seconds = heard.reduce((sum, { rows }) => sum + (rows.length / tokens) * tokenSeconds, 0);
  return { trials, hours: (seconds * phrases.length) / 3600 };
}
