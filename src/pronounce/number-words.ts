// Whole numbers in English words: what people say for the digits they write, one list of words for each way of saying it.

/** Words in the order in which they are said. */
export type Words = readonly string[];

const SMALL = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen " +
  "nineteen"
).split(" ");
const TENS = " _ twenty thirty forty fifty sixty seventy eighty ninety".trim().split(" ");
const SCALES = ["", "thousand", "million", "billion", "trillion"];
const ORDINALS: Readonly<Record<string, string>> = {
  ...{ one: "first", two: "second", three: "third", five: "fifth", eight: "eighth", nine: "ninth", twelve: "twelfth" },
};

/** Digits of the largest number that has a name here. */
export const LONGEST_NUMBER = 15;

/** A number below 100. */
export function tens(n: number): string[] {
  if (n < 20) return [SMALL[n]!];
  const ten = TENS[Math.floor(n / 10) - 1]!;
  return n % 10 === 0 ? [ten] : [ten, SMALL[n % 10]!];
}

function hundreds(n: number, and: boolean): string[] {
  if (n < 100) return tens(n);
  const rest = n % 100;
  return [SMALL[Math.floor(n / 100)]!, "hundred", ...(rest === 0 ? [] : [...(and ? ["and"] : []), ...tens(rest)])];
}

/** A number as it is counted, with "and" before its tens or without. */
function counted(digits: string, and: boolean): string[] {
  const words: string[] = [];
  for (let end = digits.length, scale = 0; end > 0; end -= 3, scale++) {
    const group = Number(digits.slice(Math.max(0, end - 3), end));
    if (group === 0) continue;
    const isLast = scale === 0 && group < 100 && digits.length > 3;
    const name = SCALES[scale]!;
    words.unshift(...(isLast && and ? ["and"] : []), ...hundreds(group, and), ...(name ? [name] : []));
  }
  return words.length === 0 ? ["zero"] : words;
}

/** "forty two", "one hundred five" and "one hundred and five"; also "a hundred". Empty for numbers without a name. */
export function cardinals(digits: string): Words[] {
  if (digits.length > LONGEST_NUMBER) return [];
  const plain = counted(digits, false);
  const ways = [plain, counted(digits, true)];
  if (plain[0] === "one" && plain.length > 1) ways.push(...ways.map((way) => ["a", ...way.slice(1)]));
  return different(ways);
}

/** "forty second". */
export function ordinals(digits: string): Words[] {
  return cardinals(digits).map((words) => [...words.slice(0, -1), ordinalOf(words.at(-1)!)]);
}

function ordinalOf(word: string): string {
  return (
    ORDINALS[word] ?? (word.endsWith("y") ? `${word.slice(0, -1)}ieth` : word.endsWith("t") ? `${word}h` : `${word}th`)
  );
}

/** Digit after digit, with "zero" or with "oh". */
export function digitByDigit(digits: string): Words[] {
  const zero = Array.from(digits, (digit) => SMALL[Number(digit)]!);
  return different([zero, zero.map((word) => (word === "zero" ? "oh" : word))]);
}

/** Two digits as in times, years and house numbers: "oh five", "forty two"; "hundred" for 00. */
function pair(digits: string): string[] {
  if (digits === "00") return ["hundred"];
  return digits.startsWith("0") ? ["oh", SMALL[Number(digits[1])]!] : tens(Number(digits));
}

/** "one forty two", "nineteen eighty four", "twelve hundred": three or four digits, the last two as a pair. */
export function inPairs(digits: string): Words[] {
  const front = digits.slice(0, -2);
  if (front.length < 1 || front.length > 2 || front.startsWith("0")) return [];
  return [[...tens(Number(front)), ...pair(digits.slice(-2))]];
}

/** What people say for a run of digits, the most usual first. */
export function wholeNumber(digits: string): Words[] {
  const isCode = /^0./.test(digits) || digits.length > LONGEST_NUMBER;
  const year = /^1[1-9]..$|^20[1-9].$/.test(digits);
  const ways = isCode
    ? []
    : year
      ? [...inPairs(digits), ...cardinals(digits)]
      : [...cardinals(digits), ...inPairs(digits)];
  return different([...ways, ...digitByDigit(digits)]);
}

/** "nineteen eighties", "eighties". */
export function decades(digits: string): Words[] {
  return (digits.length > 2 ? [...inPairs(digits), ...cardinals(digits)] : cardinals(digits)).map((words) => {
    const last = words.at(-1)!;
    return [...words.slice(0, -1), last.endsWith("y") ? `${last.slice(0, -1)}ies` : `${last}s`];
  });
}

/** Without repetitions. */
export function different(ways: readonly Words[]): Words[] {
  const seen = new Map(ways.map((way) => [way.join(" "), way]));
  return [...seen.values()];
}

/** All ways of saying one thing after another, at most `most`, those of the first ways first. */
export function following(parts: readonly (readonly Words[])[], most = 32): Words[] {
  let ways: Words[] = [[]];
  for (const part of parts) ways = ways.flatMap((way) => part.map((next) => [...way, ...next])).slice(0, most);
  return different(ways);
}
