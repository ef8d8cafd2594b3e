// The tokens of a JSGF text: names, words, quotes, tags, weights and signs, each with its place.

import { FoldvoxError, shown } from "../../errors.ts";

/** What stands for speech that the grammar does not describe, in lists and in JSGF. */
export const UNKNOWN = "[unk]";

/** What stands for any words, which dictation hears; in JSGF a rule that need not be defined. */
export const DICTATION = "<dictation>";

const HEADER = "#JSGF";

/** An error of a JSGF text. */
export const badJsgf = (message: string) => new FoldvoxError("bad-argument", `The JSGF grammar is wrong: ${message}.`);

/** Cuts a text into tokens, one at a time. By hand: regular expressions overflow on a quote or comment of megabytes. */
export class JsgfTokens {
  /** The next token; undefined at the end. */
  token: string | undefined;
  /** The line and column at which it begins; columns are counted from 1. */
  line: number;
  column = 1;
  private readonly text: string;
  private end = 0;
  /** The line at `end`, where it begins and where it ends. */
  private endLine: number;
  private lineStart = 0;
  private lineEnd: number;

  /** `line` is the number of the text's first line. */
  constructor(text: string, line: number) {
    this.text = text;
    this.line = this.endLine = line;
    this.lineEnd = this.endOfLine();
    this.advance();
  }

  advance(): void {
    const { text } = this;
    while (true) {
      const start = this.end;
      this.line = this.endLine;
      this.column = start - this.lineStart + 1;
      if (start >= text.length) {
        this.token = undefined;
        return;
      }
      const end = this.endOf(start);
      this.end = end;
      for (; this.lineEnd < end; this.lineEnd = this.endOfLine()) {
        this.endLine++;
        this.lineStart = this.lineEnd + 1;
      }
      if (isSpace(text[start]!) || ["//", "/*", HEADER].some((opening) => text.startsWith(opening, start))) continue;
      this.token = text.slice(start, end);
      return;
    }
  }

  /** Where the token, comment or space that begins at `start` ends. */
  private endOf(start: number): number {
    const { text } = this;
    const first = text[start]!;
    const behind = (end: number, length: number) => (end < 0 ? this.refuse(start) : end + length);
    if (isSpace(first)) return this.skip(start, isSpace);
    if (first === '"' || first === "{") return behind(this.closing(start + 1, first === '"' ? '"' : "}"), 1);
    if (first === "<") {
      const end = this.skip(start + 1, (character) => !isSpace(character) && character !== "<" && character !== ">");
      return end > start + 1 && text[end] === ">" ? end + 1 : this.refuse(start);
    }
    if (text.startsWith("//", start)) {
      const end = text.indexOf("\n", start);
      return end < 0 ? text.length : end;
    }
    // Says that a grammar begins; the declaration of its name does too.
    if (text.startsWith(HEADER, start)) return this.headerEnd(start);
    if (text.startsWith(UNKNOWN, start)) return start + UNKNOWN.length;
    if (text.startsWith("/*", start)) return behind(text.indexOf("*/", start + 2), 2);
    if (first === "/") {
      const end = behind(text.indexOf("/", start + 1), 1);
      return WEIGHT.test(text.slice(start, Math.min(end, start + 100))) ? end : this.refuse(start);
    }
    if (";=|*+()[]".includes(first)) return start + 1;
    const end = this.skip(start, isLetter);
    return end > start ? end : this.refuse(start);
  }

  /** The header ends with its semicolon, or without one with its line. */
  private headerEnd(start: number): number {
    const end = this.skip(start, (character) => character !== ";" && character !== "\n");
    return this.text[end] === ";" ? end + 1 : end;
  }

  private endOfLine(): number {
    const end = this.text.indexOf("\n", this.lineStart);
    return end < 0 ? this.text.length : end;
  }

  private skip(start: number, belongs: (character: string) => boolean): number {
    let end = start;
    while (end < this.text.length && belongs(this.text[end]!)) end++;
    return end;
  }

  /** Where a quote or tag is closed, but for characters behind a backslash; -1 if nowhere. */
  private closing(start: number, closer: string): number {
    for (let at = start; at < this.text.length; at++) {
      const character = this.text[at]!;
      if (character === closer) return at;
      if (character === "\\") at++;
    }
    return -1;
  }

  private refuse(start: number): never {
    throw badJsgf(
      `line ${this.line}, column ${this.column} holds ${shown(this.text.slice(start, start + 20))}, which does not belong there`,
    );
  }
}

// Told by tables: a regular expression for every character took most of the time.
const isSpace = (character: string) => SPACES.has(character);
const isLetter = (character: string) => !SIGNS.has(character) && !SPACES.has(character);
const SPACES = new Set(
  Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((character) => /\s/.test(character)),
);
const SIGNS = new Set(';=|*+<>()[]{}/"');
const WEIGHT = /^\/\s*[\d.]+(?:[eE][+-]?\d+)?[fF]?\s*\/$/;
