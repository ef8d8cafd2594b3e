// How a text is said: the words that people read from it, and the phonemes of each.
//
//   const pronouncer = new Pronouncer(readLexicon(bytes, tokens), { foldvox: "f oʊ l d v ɑ k s" });
//   pronouncer.readings("7:30")[0]  // [{ word: "seven", pronunciations: [...] }, { word: "thirty", ... }]
//
// A reading is one way of saying the text: words one after the other, each with one or more pronunciations.

import { FoldvoxError, shown } from "../errors.ts";
import type { Lexicon } from "./lexicon.ts";
import { keyOf, type Pronunciations, readPronunciations } from "./own-pronunciations.ts";
import { PhonemeReader } from "./phonemes.ts";
import { cleaned, SpokenForms } from "./spoken-forms.ts";

/** Where a word's pronunciations come from. */
export type PronunciationSource =
  /** The user's own. */
  | "own"
  | "lexicon"
  /** Guessed from its letters. */
  | "letters";

/** A word of a reading. */
export interface SpokenWord {
  /** As it is said, in lower case: "seven" of "7:30"; "b." is the letter's name. */
  readonly word: string;
  /** Numbers of phonemes: the model's tokens. The most usual first. */
  readonly pronunciations: readonly Uint16Array[];
  readonly source: PronunciationSource;
}

/** One way of saying a text. */
export type Reading = readonly SpokenWord[];

/** A word of a reading for people. */
export interface PronouncedWord {
  /** As it is said, in lower case: "seven" of "7:30"; "b." is the letter's name. */
  readonly word: string;
  /** Phonemes with spaces between, the most usual pronunciation first. */
  readonly pronunciations: readonly string[];
  readonly source: PronunciationSource;
}

/** Characters of a text, and ways of saying it, at most. */
const LONGEST_TEXT = 1000;
const MOST_READINGS = 32;

/** Sounds that decide how an "s" behind them is said. */
const HISSING = ["s", "z", "ʃ", "ʒ", "tʃ", "dʒ"];
const VOICELESS = ["p", "t", "k", "f", "θ"];

export class Pronouncer {
  readonly lexicon: Lexicon;
  private readonly own: ReadonlyMap<string, readonly Uint16Array[]>;
  private readonly forms: SpokenForms;

  /** Errors: bad-argument for the pronunciations. */
  constructor(lexicon: Lexicon, own: Pronunciations = {}) {
    this.lexicon = lexicon;
    this.own = readPronunciations(own, new PhonemeReader(lexicon.phonemes));
    this.forms = new SpokenForms((word) => this.own.has(word) || lexicon.find(word) >= 0);
  }

  /**
   * The ways in which a text is said, the most usual first, at least one. The text may be a word, a number or a whole phrase.
   * Errors: bad-argument for what cannot be said, telling how to help.
   */
  readings(text: string): Reading[] {
    if (text.length > LONGEST_TEXT) {
      throw new FoldvoxError(
        "bad-argument",
        `${shown(text)} has more than ${LONGEST_TEXT} characters; it is no phrase.`,
      );
    }
    const own = this.ownWord(text);
    if (own) return [[own]];
    let readings: Reading[] = [[]];
    for (const piece of piecesOf(text)) {
      const next = this.readingsOf(piece);
      readings = readings.flatMap((reading) => next.map((words) => [...reading, ...words])).slice(0, MOST_READINGS);
    }
    if (readings[0]!.length === 0) throw unspeakable(text);
    return readings;
  }

  /** The ways in which a text is said, for people. Errors: bad-argument. */
  describe(text: string): PronouncedWord[][] {
    const { phonemes } = this.lexicon;
    const textOf = (said: Uint16Array) => Array.from(said, (phoneme) => phonemes[phoneme]).join(" ");
    return this.readings(text).map((reading) =>
      reading.map((word) => ({ ...word, pronunciations: word.pronunciations.map(textOf) })),
    );
  }

  /** A word in lower case, as it is said. Errors: bad-argument. */
  word(word: string): SpokenWord {
    const own = this.ownWord(word);
    if (own) return own;
    const number = this.lexicon.find(word);
    const listed = number < 0 ? [] : this.lexicon.pronunciations(number);
    if (listed.length > 0) return { word, pronunciations: listed, source: "lexicon" };
    const base = /^(.+)'s$/.exec(word)?.[1];
    if (base !== undefined) {
      const { pronunciations, source } = this.word(base);
      return { word, pronunciations: pronunciations.map((said) => this.withS(said)), source };
    }
    const guessed = this.lexicon.guess(word);
    if (guessed.length === 0) throw unspeakable(word);
    return { word, pronunciations: guessed, source: "letters" };
  }

  /** The ending of plurals and possessives: "cats", "dogs", "buses". */
  private withS(said: Uint16Array): Uint16Array {
    const { phonemes } = this.lexicon;
    const last = phonemes[said.at(-1)!]!;
    const end = HISSING.includes(last) ? ["ə", "z"] : VOICELESS.includes(last) ? ["s"] : ["z"];
    return Uint16Array.of(...said, ...end.map((phoneme) => phonemes.indexOf(phoneme)));
  }

  private ownWord(text: string): SpokenWord | null {
    const pronunciations = this.own.get(keyOf(text)) ?? this.own.get(keyOf(cleaned(text)));
    return pronunciations ? { word: keyOf(text), pronunciations, source: "own" } : null;
  }

  private readingsOf(piece: string): Reading[] {
    const own = this.ownWord(piece);
    if (own) return [[own]];
    // A lone dash or quotation mark is not said.
    if (/^[\p{P}]+$/u.test(piece) && !/[&%@#*/]/.test(piece)) return [[]];
    const ways = this.forms.of(piece);
    if (ways.length === 0) throw unspeakable(piece);
    return ways.map((words) => words.map((word) => this.word(word)));
  }
}

const unspeakable = (text: string) =>
  new FoldvoxError(
    "bad-argument",
    `${shown(text)} cannot be pronounced: it is no word in English letters, number or abbreviation. Write it as it sounds, or tell how it is said: pronunciations: { ${shown(text)}: "k ɪ tʃ ə n" }, with its own phonemes.`,
  );

/** A text at its spaces; what belongs together stays: "7:30 p.m.", "$5 million". */
function piecesOf(text: string): string[] {
  return text
    .replace(/(\d)\s+(?=[ap]\.?m\b)/gi, "$1")
    .split(/\s+/)
    .filter((piece) => piece !== "");
}
