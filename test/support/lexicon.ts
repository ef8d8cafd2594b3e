// Small lexicons, made as the real one is.

import { type ListedWord, type Sounds, writeLexicon } from "../../scripts/lexicon/lexicon-writer.ts";

export const PHONEMES = "ɑ æ ə ɔ aʊ aɪ b tʃ d ð ɛ ɝ eɪ f ɡ h ɪ i dʒ k l m n ŋ oʊ ɔɪ p ɹ s ʃ t θ ʊ u v w j z ʒ".split(
  " ",
);

const ABOUT = {
  language: "en",
  licence: "none",
  attribution: ["made for tests"],
  levels: Array.from({ length: 16 }, (_, level) => -5 - level),
  phonemes: PHONEMES,
};

/** A word of a list: pronunciations are separated by "|". */
export function listed(word: string, said: string, level = 15, kind = 0): ListedWord {
  return { word, pronunciations: said.split("|").map((one) => one.trim().split(" ")), level, kind };
}

/** The bytes of a lexicon of these words. */
export const lexiconOf = (words: readonly ListedWord[], sounds?: Sounds) => writeLexicon(words, ABOUT, sounds);

/** Words enough for an alphabet and several blocks. */
export function manyWords(): ListedWord[] {
  const sounds: Readonly<Record<string, string>> = {
    b: "b",
    a: "æ",
    d: "d",
    e: "ɛ",
    g: "ɡ",
    i: "ɪ",
    n: "n",
    o: "ɑ",
    t: "t",
    s: "s",
  };
  const words: ListedWord[] = [];
  for (const first of "bdgnts") {
    for (const middle of "aeio") {
      for (const last of ["b", "d", "n", "t", "ts", "nt"]) {
        const word = first + middle + last;
        const said = Array.from(word, (letter) => sounds[letter]!).join(" ");
        words.push(
          listed(word, word.endsWith("t") ? `${said} | ${said} ə` : said, words.length % 16, words.length % 4),
        );
      }
    }
  }
  return words;
}
