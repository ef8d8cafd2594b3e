// The user's own pronunciations: in options, or in a text of lines "word = phonemes".

import { FoldvoxError, shown } from "../errors.ts";
import type { PhonemeReader } from "./phonemes.ts";

/**
 * Words as they are written, and how each is said: phonemes with spaces between, in IPA ("k ɪ tʃ ə n") or as CMUdict writes them
 * ("K IH1 CH AH0 N"), or several such. They take the place of what the lexicon says.
 */
export type Pronunciations = Readonly<Record<string, string | readonly string[]>>;

/** Words and pronunciations that are taken at most. */
const MOST = 100_000;

/** How words are compared: letter case and spaces around them do not matter. */
export const keyOf = (word: string) => word.trim().replace(/\s+/g, " ").replace(/’/g, "'").toLowerCase();

/** Reads the option. Errors: bad-argument. */
export function readPronunciations(given: Pronunciations, reader: PhonemeReader): ReadonlyMap<string, Uint16Array[]> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new FoldvoxError("bad-argument", `pronunciations is ${shown(given)}; give an object of words.`);
  }
  const entries = Object.entries(given);
  if (entries.length > MOST) throw new FoldvoxError("bad-argument", `pronunciations has more than ${MOST} words.`);
  const read = new Map<string, Uint16Array[]>();
  for (const [word, value] of entries) {
    const where = `The pronunciation of ${shown(word)}`;
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    if (keyOf(word) === "") throw new FoldvoxError("bad-argument", "pronunciations has an empty word.");
    if (texts.length === 0) throw new FoldvoxError("bad-argument", `${where} is an empty list.`);
    const said = texts.map((text) => {
      if (typeof text === "string") return reader.read(text, where);
      throw new FoldvoxError("bad-argument", `${where} is ${shown(text)}; give a text of phonemes.`);
    });
    read.set(keyOf(word), [...(read.get(keyOf(word)) ?? []), ...said]);
  }
  return read;
}

/**
 * Reads a text of lines "word = phonemes", such as "foldvox = f oʊ l d v ɑ k s". A word may have several lines; what follows "#" is a
 * comment where it stands at a line's start. Phonemes are checked later, by whoever knows the model. Errors: bad-argument.
 * @example
 * ```ts
 * import { parsePronunciations } from "foldvox";
 *
 * const pronunciations = parsePronunciations("foldvox = f oʊ l d v ɑ k s\nSiobhan = ʃ ə v ɔ n");
 * const recognizer = await createRecognizer({ model: "english", pronunciations });
 * recognizer.createStream({ decoding: { grammar: ["call Siobhan"] } });
 * ```
 */
export function parsePronunciations(text: string): Record<string, string[]> {
  const words = new Map<string, string[]>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "" || line.trimStart().startsWith("#")) return;
    const sign = line.indexOf("=", 1);
    const word = line.slice(0, Math.max(sign, 0)).trim();
    const said = line.slice(sign + 1).trim();
    if (word === "" || said === "") {
      const what = shown(line.trim());
      throw new FoldvoxError(
        "bad-argument",
        `Line ${i + 1} of the pronunciations is ${what}; write "word = phonemes".`,
      );
    }
    words.set(word, [...(words.get(word) ?? []), said]);
  });
  return Object.fromEntries(words);
}
