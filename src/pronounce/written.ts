// How a word of the lexicon is written in a text: which of its letters are capitals.

/** Kinds of writing, as the file of a lexicon numbers them. */
export const LOWER = 0;
export const CAPITAL = 1;
export const UPPER = 2;
/** The first and the third: McDonald, O'Brien. */
export const DOUBLE_CAPITAL = 3;

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A word in lower case as its kind is written. What follows an apostrophe stays small in abbreviations: "TV's". */
export function writtenIn(kind: number, word: string): string {
  if (kind === CAPITAL) return capital(word);
  if (kind === UPPER) return word.replace(/^[^']*/, (letters) => letters.toUpperCase());
  if (kind !== DOUBLE_CAPITAL) return word;
  return capital(word.slice(0, 2)) + capital(word.slice(2));
}
