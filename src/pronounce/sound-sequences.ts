// All sequences of phonemes by which a text may be said: every reading, in every pronunciation of its words.

import type { Pronouncer } from "./pronouncer.ts";

/** Sequences of one text; the most usual come first, and the rest are left out. */
const MOST_SEQUENCES = 32;

/** Errors: bad-argument for what cannot be said, telling how to help. */
export function soundSequences(pronouncer: Pronouncer, text: string): readonly (readonly number[])[] {
  const found = new Map<string, readonly number[]>();
  for (const reading of pronouncer.readings(text)) {
    let sequences: (readonly number[])[] = [[]];
    for (const { pronunciations } of reading) {
      sequences = sequences
        .flatMap((before) => pronunciations.map((sounds) => [...before, ...sounds]))
        .slice(0, MOST_SEQUENCES);
    }
    for (const sounds of sequences) found.set(sounds.join(), sounds);
  }
  return [...found.values()].slice(0, MOST_SEQUENCES);
}
