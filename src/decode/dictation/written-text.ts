// Words as people write them: a capital at the start, numbers as digits and spoken punctuation as signs where that is asked for.

import type { WordResult } from "../text/results.ts";
import { numberAt } from "./spoken-numbers.ts";

/** How text is written. */
export interface TextStyle {
  /** A capital at the start of an utterance, and after the end of a sentence. Default true. */
  readonly capitals?: boolean;
  /** Numbers as digits: "twenty five" becomes 25. Default false. */
  readonly digits?: boolean;
  /** Names of signs as signs: "comma", "full stop", "question mark", "new line". Default false. */
  readonly punctuation?: boolean;
}

/** What names of signs become. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ["comma", ","],
  ["period", "."],
  ["full stop", "."],
  ["question mark", "?"],
  ["exclamation mark", "!"],
  ["exclamation point", "!"],
  ["colon", ":"],
  ["semicolon", ";"],
  ["semi colon", ";"],
  ["dash", " –"],
  ["new line", "\n"],
  ["new paragraph", "\n\n"],
]);

/** A word of the text, and how many of the words that were said it and those before it have taken. */
interface Piece {
  readonly word: WordResult;
  readonly taken: number;
  /** More words could make another piece of it. */
  readonly mayGrow: boolean;
}

/** Words said that how a word is written may depend on, at most: numbers are not longer, nor are names of signs. */
const LOOK_AHEAD = 16;

/** Words as text. */
export interface Written {
  readonly words: WordResult[];
  /** How many of them come of words said that are certain, and stay as they are whatever follows. */
  readonly settled: number;
  /** How many need not be looked at any more with what follows, and of how many words said they come. */
  readonly closed: number;
  readonly closedSaid: number;
}

/** Words as text. The first `certain` words said will not change any more; `before` is the word of the text before them, if any. */
export function written(
  said: readonly WordResult[],
  certain: number,
  { capitals = true, digits = false, punctuation = false }: TextStyle,
  before: string | null = null,
): Written {
  const pieces: Piece[] = [];
  for (let at = 0; at < said.length; ) {
    const sign = punctuation ? signAt(said, at) : null;
    const last = pieces[pieces.length - 1];
    if (sign) {
      at += sign.words;
      if (last)
        pieces[pieces.length - 1] = {
          word: joined([last.word, ...said.slice(at - sign.words, at)], last.word.word + sign.text),
          taken: at,
          mayGrow: false,
        };
      continue;
    }
    const number = digits ? numberAt(said, at) : null;
    const count = number?.words ?? 1;
    const parts = said.slice(at, at + count);
    at += count;
    pieces.push({
      word: joined(parts, number?.text ?? parts[0]!.word),
      taken: at,
      mayGrow: at === said.length && (number !== null || (punctuation && isSignBeginning(parts[0]!.word))),
    });
  }
  const words = pieces.map(({ word }, i) => {
    const last = i === 0 ? before : pieces[i - 1]!.word.word;
    const starts = capitals && (last === null || /[.?!\n]$/.test(last));
    return starts ? { ...word, word: capitalized(word.word) } : word;
  });
  const settled = pieces.filter(({ taken, mayGrow }) => taken <= certain && !mayGrow).length;
  const closed = pieces.filter(({ taken }) => taken <= certain - LOOK_AHEAD).length;
  return { words, settled, closed, closedSaid: pieces[closed - 1]?.taken ?? 0 };
}

function signAt(said: readonly WordResult[], at: number): { text: string; words: number } | null {
  for (const words of [2, 1]) {
    if (at + words > said.length) continue;
    const name = said.slice(at, at + words).map(({ word }) => word.toLowerCase());
    const text = SIGNS.get(name.join(" "));
    if (text !== undefined) return { text, words };
  }
  return null;
}

const isSignBeginning = (word: string) => [...SIGNS.keys()].some((name) => name.startsWith(`${word.toLowerCase()} `));

/** Several words as one. */
function joined(parts: readonly WordResult[], word: string): WordResult {
  if (parts.length === 1) return { ...parts[0]!, word };
  const conf = Math.min(...parts.map((part) => part.conf));
  return { word, start: parts[0]!.start, end: parts[parts.length - 1]!.end, conf };
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
