// What a lexicon's trees may ask: the features of each kind of symbol, as its reader and its writer both compute them.

/** The letter before a word's first, behind its last, and the symbol that ends a word. Real letters count from 1. */
export const NO_LETTER = 0;

/** The chunk before a word's first letter. */
const NO_CHUNK = 255;

/** How many features each tree has. */
export const FEATURES = { shared: 5, letters: 7, counts: 1, chunks: 11, literals: 2 } as const;

/** Features of how many letters a word shares with the one before it, which shares `shared` with its own predecessor. */
export function sharedContext(previous: ArrayLike<number>, shared: number, features: Uint8Array): Uint8Array {
  const { length } = previous;
  features[0] = length;
  features[1] = shared;
  features[2] = previous[length - 1] ?? NO_LETTER;
  features[3] = previous[length - 2] ?? NO_LETTER;
  features[4] = length - shared;
  return features;
}

/** Features of letter `i` of a word, which shares `shared` letters with the word before it. */
export function letterContext(
  word: ArrayLike<number>,
  i: number,
  previous: ArrayLike<number>,
  shared: number,
  features: Uint8Array,
): Uint8Array {
  for (let back = 1; back <= 5; back++) features[back - 1] = word[i - back] ?? NO_LETTER;
  // The first letter that differs comes later in the alphabet than the one that it replaces.
  features[5] = i === shared ? (previous[i] ?? NO_LETTER) : 255;
  features[6] = i;
  return features;
}

/** Features of the chunk of phonemes that letter `i` of a word stands for, behind the chunks of the letters before. */
export function chunkContext(
  letters: ArrayLike<number>,
  i: number,
  chunks: ArrayLike<number>,
  features: Uint8Array,
): Uint8Array {
  features[0] = letters[i]!;
  for (let away = 1; away <= 3; away++) {
    features[2 * away - 1] = letters[i + away] ?? NO_LETTER;
    features[2 * away] = letters[i - away] ?? NO_LETTER;
  }
  features[7] = letters[i + 4] ?? NO_LETTER;
  for (let back = 1; back <= 3; back++) features[7 + back] = i >= back ? chunks[i - back]! : NO_CHUNK;
  return features;
}

/** Features of phoneme `i` of a pronunciation that does not follow its letters. */
export function literalContext(phonemes: ArrayLike<number>, i: number, features: Uint8Array): Uint8Array {
  for (let back = 1; back <= 2; back++) features[back - 1] = i >= back ? phonemes[i - back]! : NO_CHUNK;
  return features;
}
