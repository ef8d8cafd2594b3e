// Numbers as they are spoken: "twenty five", "one hundred and three", "nineteen eighty four", "three point one four".

import type { WordResult } from "../text/results.ts";

const UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: ReadonlyMap<string, number> = new Map([
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
]);
/** Digits of a number that is spoken digit by digit, at most. */
const MOST_DIGITS = 20;

/** Words that are read, from one place on. */
class Words {
  at: number;
  private readonly said: readonly WordResult[];

  constructor(said: readonly WordResult[], at: number) {
    this.said = said;
    this.at = at;
  }

  get next(): string {
    return this.peek(0);
  }

  peek(ahead: number): string {
    return this.said[this.at + ahead]?.word.toLowerCase() ?? "";
  }

  takes(word: string): boolean {
    if (this.next !== word) return false;
    this.at++;
    return true;
  }
}

/** A number that begins at a word, in digits, and how many words it takes; null if none begins there, or a small one alone. */
export function numberAt(said: readonly WordResult[], at: number): { text: string; words: number } | null {
  const words = new Words(said, at);
  const text = digits(words) ?? whole(words);
  if (text === null) return null;
  const number = { text: text + fraction(words), words: words.at - at };
  // "One of them" is no figure.
  return number.text.length === 1 ? null : number;
}

/** Digits one by one: "two oh seven" is 207; a single one is a number like others. */
function digits(words: Words): string | null {
  const begin = words.at;
  let text = "";
  while (text.length < MOST_DIGITS) {
    const isOh = words.next === "oh" || words.next === "o";
    const digit = isOh && text !== "" ? 0 : UNITS.indexOf(words.next);
    if (digit < 0) break;
    text += digit;
    words.at++;
  }
  const isPart = words.next === "hundred" || SCALES.has(words.next);
  if (text.length > 1 && !isPart) return text;
  words.at = begin;
  return null;
}

/** 0 to 99, or -1. */
function belowHundred(words: Words): number {
  const teen = TEENS.indexOf(words.next);
  if (teen >= 0) {
    words.at++;
    return 10 + teen;
  }
  const ten = TENS.indexOf(words.next);
  const isTen = ten > 0;
  if (isTen) words.at++;
  const unit = UNITS.indexOf(words.next);
  if (unit < 0 || (isTen && unit === 0)) return isTen ? 10 * ten : -1;
  words.at++;
  return isTen ? 10 * ten + unit : unit;
}

/** 0 to 9999 without a thousand, or -1: "three hundred and five", "nineteen hundred". */
function belowThousand(words: Words): number {
  let value = belowHundred(words);
  if (value <= 0 || !words.takes("hundred")) return value;
  value *= 100;
  const begin = words.at;
  words.takes("and");
  const rest = belowHundred(words);
  if (rest > 0) return value + rest;
  words.at = begin;
  return value;
}

function whole(words: Words): string | null {
  const first = belowThousand(words);
  if (first < 0) return null;
  const year = yearOf(first, words);
  if (year !== null) return year;
  let total = 0;
  let part = first;
  let below = Number.POSITIVE_INFINITY;
  for (;;) {
    const scale = SCALES.get(words.next);
    if (scale === undefined || scale >= below) return String(total + part);
    words.at++;
    total += part * scale;
    below = scale;
    const begin = words.at;
    words.takes("and");
    part = belowThousand(words);
    if (part > 0) continue;
    words.at = begin;
    return String(total);
  }
}

/** Years in two halves: "nineteen eighty four", "twenty oh five". */
function yearOf(first: number, words: Words): string | null {
  if (first < 10 || first > 99) return null;
  const begin = words.at;
  if (words.takes("oh")) {
    const unit = UNITS.indexOf(words.next);
    if (unit > 0) {
      words.at++;
      return `${first}0${unit}`;
    }
    words.at = begin;
    return null;
  }
  const second = belowHundred(words);
  if (second >= 10 && words.next !== "hundred" && !SCALES.has(words.next)) return `${first}${second}`;
  words.at = begin;
  return null;
}

/** ".14" of "point one four", or nothing. */
function fraction(words: Words): string {
  if (words.next !== "point" || UNITS.indexOf(words.peek(1)) < 0) return "";
  words.at++;
  let text = ".";
  for (
    let digit = UNITS.indexOf(words.next);
    digit >= 0 && text.length <= MOST_DIGITS;
    digit = UNITS.indexOf(words.next)
  ) {
    text += digit;
    words.at++;
  }
  return text;
}
