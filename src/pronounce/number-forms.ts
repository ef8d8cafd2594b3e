// Numbers with something around them, as people write them: money, times, dates, decimals, ordinals, units.

import { MONTHS, UNITS } from "./abbreviations.ts";
import {
  cardinals,
  decades,
  different,
  digitByDigit,
  following,
  ordinals,
  tens,
  type Words,
  wholeNumber,
} from "./number-words.ts";

/** Name of one and of several, and of its hundredth part. */
type Currency = readonly [one: string, many: string, cent: string | null, cents: string | null];

const CURRENCIES: Readonly<Record<string, Currency>> = {
  $: ["dollar", "dollars", "cent", "cents"],
  "£": ["pound", "pounds", "penny", "pence"],
  "€": ["euro", "euros", "cent", "cents"],
  "¥": ["yen", "yen", null, null],
};
const SYMBOLS = "[$£€¥]";

const FRACTIONS: Readonly<Record<string, string>> = { 2: "half", 3: "third", 4: "quarter", 5: "fifth", 8: "eighth" };

/** A pattern of writing and how what it finds is said. */
type Rule = readonly [pattern: RegExp, say: (found: readonly string[]) => readonly Words[]];

/** "1,000" or "1000", and what stands behind the point. */
function amount(text: string): Words[] {
  const [whole = "", fraction] = text.replaceAll(",", "").split(".");
  if (fraction === undefined) return wholeNumber(whole);
  const point = following([[["point"]], digitByDigit(fraction)]);
  if (whole === "") return point;
  if (whole === "0") return following([[["zero"], [], ["oh"]], point]);
  return following([[...cardinals(whole), ...digitByDigit(whole)], point]);
}

const isOne = (text: string) => text === "1";

function money(symbol: string, text: string): Words[] {
  const [one, many, cent, cents] = CURRENCIES[symbol]!;
  const [whole = "", part] = text.replaceAll(",", "").split(".");
  const bare = whole || "0";
  const units = following([bare.length > 4 ? cardinals(bare) : wholeNumber(bare), [[isOne(bare) ? one : many]]]);
  if (part === undefined || cent === null) return part === undefined ? units : following([amount(text), [[many]]]);
  if (part.length !== 2) return following([amount(text), [[many]]]);
  if (part === "00") return units;
  const number = tens(Number(part));
  const small: Words = [...number, part === "01" ? cent : cents!];
  if (bare === "0") return [small];
  const short = part.startsWith("0") ? ["oh", ...number] : number;
  return different([
    ...following([cardinals(bare), [short]]),
    ...following([units, [number, small, ["and", ...small]]]),
  ]);
}

const HALF_DAYS: Readonly<Record<string, Words>> = { a: ["a.", "m."], p: ["p.", "m."] };

/** "7:30", with "a" or "p" for the half of the day. */
function time(hour: string, minute: string, half: string | undefined): Words[] {
  const h = Number(hour);
  const m = Number(minute);
  const named = tens(h);
  const suffix: readonly Words[] = half ? [HALF_DAYS[half.toLowerCase()]!] : [[]];
  const plain: Words[] = [];
  if (m === 0) {
    if (half) plain.push(named);
    else plain.push([...named, "o'clock"], h > 12 || h === 0 ? [...named, "hundred"] : named);
  } else plain.push([...named, ...(m < 10 ? ["oh"] : []), ...tens(m)]);
  const ways = following([plain, suffix]);
  // Clock faces have twelve hours: "half past seven", "quarter to eight".
  if (m === 0 || m % 5 !== 0 || h > 12 || h === 0) return ways;
  const parts = (n: number): Words[] =>
    n === 30 ? [["half"]] : n === 15 ? [["quarter"], ["a", "quarter"]] : [tens(n), [...tens(n), "minutes"]];
  const next = tens((h % 12) + 1);
  const past = parts(m).map((part) => [...part, "past", ...named]);
  const to = m > 30 ? parts(60 - m).map((part) => [...part, "to", ...next]) : [];
  return different([...ways, ...following([m <= 30 ? past : to, suffix])]);
}

/** Month and day in either order of saying. */
function date(month: number, day: string, year: string | undefined): Words[] {
  const name = [MONTHS[month - 1]!];
  const days = ordinals(String(Number(day)));
  const years: Words[] = year === undefined ? [[]] : wholeNumber(year);
  return different([
    ...following([[name], [...days, ...cardinals(String(Number(day)))], years]),
    ...following([[["the"], []], days, [["of"]], [name], years]),
  ]);
}

const isMonth = (text: string) => Number(text) >= 1 && Number(text) <= 12;
const isDay = (text: string) => Number(text) >= 1 && Number(text) <= 31;

/** "1/2", "12/25", "25/12". */
function slashed(left: string, right: string, year: string | undefined): Words[] {
  const ways: Words[] = [];
  const part = FRACTIONS[right];
  if (year === undefined && part && Number(left) < Number(right)) {
    const whole = tens(Number(left));
    const plural = right === "2" ? "halves" : `${part}s`;
    ways.push([...whole, isOne(left) ? part : plural]);
    if (isOne(left)) ways.push(["a", part]);
    if (right === "4") ways.push([...whole, isOne(left) ? "fourth" : "fourths"]);
  }
  if (isMonth(left) && isDay(right)) ways.push(...date(Number(left), right, year));
  if (isDay(left) && isMonth(right) && left !== right) ways.push(...date(Number(right), left, year));
  if (year !== undefined) return ways;
  return [...ways, ...following([wholeNumber(left), [["slash"], ["over"], []], wholeNumber(right)])];
}

/** A number and a unit written against it: "5kg", "20°C". */
function measured(text: string, unit: string): Words[] {
  const [one, many] = UNITS[unit]!;
  return following([amount(text), [(isOne(text) ? one : many).split(" ")]]);
}

const NUMBER = "(\\d[\\d,]*(?:\\.\\d+)?|\\.\\d+)";
const UNIT = Object.keys(UNITS)
  .sort((a, b) => b.length - a.length)
  .join("|");

/** The first that fits counts. Texts are in lower case. */
const RULES: readonly Rule[] = [
  [/^\d+$/, ([digits]) => wholeNumber(digits!)],
  [/^\d{1,3}(?:,\d{3})+$/, ([text]) => cardinals(text!.replaceAll(",", ""))],
  [/^(\d+)(?:st|nd|rd|th)$/, ([, digits]) => ordinals(digits!)],
  [/^(\d*\.\d+)$/, ([text]) => amount(text!)],
  [new RegExp(`^(${SYMBOLS})${NUMBER}$`), ([, symbol, text]) => money(symbol!, text!)],
  [new RegExp(`^${NUMBER}(${SYMBOLS})$`), ([, text, symbol]) => money(symbol!, text!)],
  [new RegExp(`^(${SYMBOLS})${NUMBER}([kmb])$`), ([, symbol, text, scale]) => scaled(symbol!, text!, scale!)],
  [/^(\d{1,2})[:.](\d\d)\s?([ap])\.?m\.?$/, ([, h, m, half]) => clock(h!, m!, half)],
  [/^(\d{1,2}):(\d\d)$/, ([, h, m]) => clock(h!, m!, undefined)],
  [/^(\d{1,2})\s?([ap])\.?m\.?$/, ([, h, half]) => clock(h!, "00", half)],
  [/^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d\d))?$/, ([, a, b, year]) => slashed(a!, b!, year)],
  [/^(\d{4})-(\d\d)-(\d\d)$/, ([, y, m, d]) => (isMonth(m!) && isDay(d!) ? date(Number(m), d!, y) : [])],
  [/^'?(\d0|[12]\d\d0)'?s$/, ([, digits]) => decades(digits!)],
  [new RegExp(`^${NUMBER}(${UNIT})$`), ([, text, unit]) => measured(text!, unit!)],
  [/^#(\d+)$/, ([, digits]) => following([[["number"], ["hash"], ["hashtag"]], wholeNumber(digits!)])],
  [/^[-−](\d+(?:\.\d+)?)$/, ([, text]) => following([[["minus"], ["negative"]], amount(text!)])],
  [/^\+(\d+(?:\.\d+)?)$/, ([, text]) => following([[["plus"]], amount(text!)])],
  [/^\d+(?:[-–.]\d+)+$/, ([text]) => chained(text!.split(/[-–.]/))],
];

function clock(hour: string, minute: string, half: string | undefined): Words[] {
  if (Number(hour) > (half ? 12 : 24) || Number(minute) > 59) {
    return following([wholeNumber(hour), wholeNumber(minute), half ? [HALF_DAYS[half]!] : [[]]]);
  }
  return time(hour, minute, half);
}

function scaled(symbol: string, text: string, scale: string): Words[] {
  const name = { k: "thousand", m: "million", b: "billion" }[scale]!;
  return following([amount(text), [[name]], [[CURRENCIES[symbol]![1]]]]);
}

/** Telephone numbers, versions and ranges: "555-1234", "5-10". */
function chained(parts: readonly string[]): Words[] {
  const spoken = parts.map((part) => [...digitByDigit(part), ...wholeNumber(part)]);
  const ranges = parts.length === 2 ? following([wholeNumber(parts[0]!), [["to"]], wholeNumber(parts[1]!)]) : [];
  return different([...following(spoken), ...ranges]);
}

/** What people say for a text that is all number; null if it is none. */
export function numberForms(text: string): readonly Words[] | null {
  const lower = text.toLowerCase();
  for (const [pattern, say] of RULES) {
    const found = pattern.exec(lower);
    const ways = found ? say(found) : [];
    if (ways.length > 0) return ways;
  }
  return null;
}
