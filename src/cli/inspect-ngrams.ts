// What a language model is, in lines.

import type { NgramFile } from "../ngrams/ngram-file.ts";

const grouped = (value: number) => value.toLocaleString("en-US");

export function linesOfNgrams({ header, bytes }: NgramFile): string[] {
  const { name, language, licence, attribution, counts, lexicon, parts } = header;
  return [
    `${name}: ${language || "no language"}, n-grams of up to three words, licence ${licence || "not stated"}`,
    ...attribution.map((text) => `  ${text}`),
    "",
    `${grouped(counts.words)} words and marks, ${lexicon === null ? "which the file holds" : `numbered by the lexicon ${lexicon.slice(0, 16)}…`}`,
    `${grouped(counts.contexts + counts.leaves)} bigrams, ${grouped(counts.contexts)} of which begin trigrams; ${grouped(counts.trigrams)} trigrams`,
    "",
    "bytes of the parts",
    ...Object.entries(parts).map(([part, size]) => `  ${part.padEnd(16)}${grouped(size).padStart(12)}`),
    `  ${"file".padEnd(16)}${grouped(bytes.length).padStart(12)}`,
  ];
}
