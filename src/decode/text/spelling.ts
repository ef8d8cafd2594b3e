// How a model's tokens spell words: what a token adds to the text, and whether a word can be spelled at all.

import { FoldvoxError, shown } from "../../errors.ts";
import { readToken, type TokenText, type TokenUnit } from "./words.ts";

/** No word of any language is as long, and time and memory grow with it. */
const LONGEST_WORD = 256;

/** Words as they would have been typed, and as they are most often written in token lists. */
const cases = (word: string) => [word, word.toLowerCase(), word.toUpperCase()];

export class Spelling {
  readonly tokens: readonly TokenText[];
  private readonly unit: TokenUnit;
  private readonly beginnings = new Set<string>();
  private readonly continuations = new Set<string>();
  private longest = 0;

  /** `blank` is the token that spells nothing. */
  constructor(tokens: readonly string[], unit: TokenUnit, blank: number) {
    this.unit = unit;
    this.tokens = tokens.map((token) => readToken(token, unit));
    this.tokens.forEach(({ text, starts }, token) => {
      if (token === blank || text === "") return;
      if (starts || unit === "character") this.beginnings.add(text);
      if (!starts) this.continuations.add(text);
      this.longest = Math.max(this.longest, text.length);
    });
    // A lone word mark may stand before any piece.
    if (this.tokens.some(({ text, starts }) => starts && text === "")) {
      for (const text of this.continuations) this.beginnings.add(text);
    }
  }

  /** The word in the letter case that the tokens can spell, as given first; null if they cannot. */
  fit(word: string): string | null {
    if (word.length > LONGEST_WORD) return null;
    return cases(word).find((form) => this.canSpell(form)) ?? null;
  }

  /** The same for a word that must be spelled. `where` begins the message. Errors: bad-argument. */
  demand(word: string, where: string): string {
    const form = this.fit(word);
    if (form !== null) return form;
    const known = [...this.beginnings];
    const list =
      this.unit === "word" ? ` It knows: ${known.slice(0, 40).join(", ")}${known.length > 40 ? ", ..." : ""}.` : "";
    throw new FoldvoxError(
      "bad-argument",
      `${where} ${shown(word)}, which the model's tokens cannot spell; leave it out.${list}`,
    );
  }

  private canSpell(word: string): boolean {
    if (this.unit === "word") return this.beginnings.has(word);
    const reached = new Set([0]);
    for (let from = 0; from < word.length; from++) {
      if (!reached.has(from)) continue;
      const texts = from === 0 ? this.beginnings : this.continuations;
      for (let to = from + 1; to <= Math.min(word.length, from + this.longest); to++) {
        if (texts.has(word.slice(from, to))) reached.add(to);
      }
    }
    return reached.has(word.length) && word !== "";
  }
}
