// From text as people write it to the words that they say: numbers, abbreviations, letters, compounds. Each way of saying is a list
// of words in lower case; a letter's name is the letter with a point, "b.", as the lexicon has it.

import { ABBREVIATIONS, UNITS } from "./abbreviations.ts";
import { numberForms } from "./number-forms.ts";
import { different, following, type Words } from "./number-words.ts";

/** Whether a word in lower case has a pronunciation of its own. */
export type Knows = (word: string) => boolean;

/** Capitals that are as often spelled as read. */
const ALSO_SPELLED = new Set(["am", "pm", "us", "it", "id", "ad", "ai"]);
/** Capitals of more letters than this are a word that is shouted. */
const LONGEST_SPELLED = 5;
/** Parts of parts that are taken apart. */
const DEEPEST = 4;

/** What stands between the parts of a word, and how it is said. */
const JOINTS: Readonly<Record<string, readonly Words[]>> = {
  "/": [[], ["slash"], ["or"]],
  "&": [["and"]],
  "+": [["plus"], ["and"]],
  "@": [["at"]],
  ".": [["dot"], ["point"]],
  _: [["underscore"], []],
  "=": [["equals"]],
  "*": [["times"], ["star"]],
  "%": [["percent"]],
  "#": [["sharp"], ["hash"]],
};

const QUOTES = /["“”„«»()[\]{}]/g;

/** The word without the marks of a sentence around it, and with plain apostrophes. */
export function cleaned(written: string): string {
  return written
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(QUOTES, "")
    .replace(/[‐‑]/g, "-")
    .replace(/^[,;:!?¿¡…]+|[,;:!?…]+$/g, "");
}

/** Letters without accents: "café" is "cafe", "Łódź" "Lodz". */
function plainLetters(text: string): string {
  const singles: Readonly<Record<string, string>> = {
    ...{
      ß: "ss",
      æ: "ae",
      Æ: "Ae",
      œ: "oe",
      Œ: "Oe",
      ø: "o",
      Ø: "O",
      ł: "l",
      Ł: "L",
      đ: "d",
      Đ: "D",
      ð: "th",
      þ: "th",
      ı: "i",
    },
  };
  return text
    .replace(/[ßæÆœŒøØłŁđĐðþı]/g, (letter) => singles[letter]!)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
}

const spelled = (letters: string): Words => Array.from(letters.toLowerCase(), (letter) => `${letter}.`);

const waysOf = (text: string): Words[] => text.split("|").map((way) => way.split(" "));

export class SpokenForms {
  private readonly knows: Knows;

  constructor(knows: Knows) {
    this.knows = knows;
  }

  /** The ways of saying a piece of text without spaces, the most usual first; none if there are only unknown signs. */
  of(written: string): Words[] {
    return this.forms(plainLetters(cleaned(written)), DEEPEST);
  }

  private forms(text: string, depth: number): Words[] {
    const lower = text.toLowerCase();
    const abbreviation = Object.hasOwn(ABBREVIATIONS, lower) ? ABBREVIATIONS[lower] : undefined;
    // "St" may be read as the lexicon has it as well; "mar" is no abbreviation, "Mar." is.
    if (abbreviation) return waysOf(abbreviation);
    if (/^(?:[a-z]\.)+[a-z]?$/i.test(text) && /[a-z]\.[a-z]|^[A-Z]\.$/i.test(text))
      return [spelled(text.replaceAll(".", ""))];
    const bare = text.replace(/\.+$/, "");
    const numbers = numberForms(bare);
    if (numbers) return [...numbers];
    return this.words(bare, depth);
  }

  private words(text: string, depth: number): Words[] {
    const lower = text.toLowerCase();
    if (/^[a-z]$/.test(lower)) return this.knows(lower) ? [[lower]] : [spelled(lower)];
    if (/^[A-Z]{2,}$/.test(text)) return this.capitals(text);
    const unit = lower.length > 1 && Object.hasOwn(UNITS, lower) ? UNITS[lower] : undefined;
    if (unit)
      return different(
        [...unit]
          .reverse()
          .map((name) => name.split(" "))
          .concat(this.knows(lower) ? [[lower]] : []),
      );
    if (this.knows(lower)) return [[lower]];
    const possessive = /^(.+?)('s|s'|')$/.exec(text) ?? /^(.*[A-Z])(s)$/.exec(text);
    if (possessive) return this.withEnding(possessive[1]!, possessive[2]!, depth);
    const parts = depth > 0 ? partsOf(text) : [text];
    if (parts.length > 1) return this.joined(text, parts, depth);
    return /^[a-z']*[a-z][a-z']*$/.test(lower) ? [[lower]] : [];
  }

  private capitals(text: string): Words[] {
    const lower = text.toLowerCase();
    const letters = spelled(lower);
    if (this.knows(lower)) return ALSO_SPELLED.has(lower) ? [[lower], letters] : [[lower]];
    // Nobody reads "USB" as a word, but some do read "NATO".
    return text.length > LONGEST_SPELLED ? [[lower]] : /[AEIOUY]/.test(text.slice(1)) ? [letters, [lower]] : [letters];
  }

  /** "TV's", "CDs", "Jones'": the ending goes to the last word. */
  private withEnding(base: string, ending: string, depth: number): Words[] {
    const end = ending === "s'" ? "s" : ending === "'" ? "" : "'s";
    return this.words(base, depth).map((words) => [...words.slice(0, -1), words.at(-1)! + end]);
  }

  private joined(text: string, parts: readonly string[], depth: number): Words[] {
    const spoken = parts.map((part) => {
      const joint = JOINTS[part];
      if (joint) return joint;
      if (/^-+$/.test(part)) return [[]];
      return this.forms(part, depth - 1);
    });
    const ways = spoken.every((part) => part.length > 0) ? following(spoken).filter((words) => words.length > 0) : [];
    // "PlayStation" may be no two words after all.
    return /^[a-z]+$/i.test(text) && !/[A-Z]{2}/.test(text) ? [...ways, [text.toLowerCase()]] : ways;
  }
}

/** Takes a word apart: at signs, between letters and digits, and before capitals within. */
function partsOf(text: string): string[] {
  return text
    .replace(/([-/&+@._=*%#–]+)/g, " $1 ")
    .replace(/([a-z'])(?=[A-Z0-9])|([A-Z])(?=[0-9])|([0-9])(?=[A-Za-z])/g, "$1$2$3 ")
    .split(/\s+/)
    .flatMap((part) => (/^[/&+@._=*%#]{2,}$/.test(part) ? [...part] : [part]))
    .filter((part) => part !== "" && part !== "–");
}
