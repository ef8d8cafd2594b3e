// How much a lexicon may hold: what its reader sets aside, and what bounds the work on damaged files.

/** Words of a block. */
export const BLOCK = 32;
/** Letters of a word, and phonemes of a pronunciation that is written out. */
export const LONGEST_WORD = 63;
/** Pronunciations of a word. */
export const MOST_PRONUNCIATIONS = 15;
