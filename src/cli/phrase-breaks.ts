// Where lines and cues of subtitles end: at the end of a phrase, as guidelines ask.

import type { WordResult } from "../decode/text/results.ts";

/** Words that begin a phrase. */
const BEGINNINGS = new Set(
  "and but or so because if when while where who which that than as to of in on at for with from by about into".split(
    " ",
  ),
);
/** A pause that is heard, in seconds. */
const BREATH_SECONDS = 0.15;

/** How good a place to break is between two words: 2 at a sign or a pause, 1 before the beginning of a phrase, else 0. */
export function breakBetween(before: WordResult, after: WordResult): number {
  if (/[.,;:?!]$/.test(before.word) || after.start - before.end >= BREATH_SECONDS) return 2;
  return BEGINNINGS.has(after.word.toLowerCase()) ? 1 : 0;
}

/** How many of the words to keep where the next one has no room: up to the last of the best places in their second half. */
export function phraseLength(words: readonly WordResult[], next: WordResult): number {
  let best = words.length;
  let most = breakBetween(words[best - 1]!, next);
  for (let count = words.length - 1; count > words.length / 2; count--) {
    const value = breakBetween(words[count - 1]!, words[count]!);
    if (value > most) [best, most] = [count, value];
  }
  return best;
}
