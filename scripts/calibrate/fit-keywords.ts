// The confidence of keywords, fitted so that at the default sensitivity a given share of those spoken is missed.

import type { KeywordTrials } from "./keyword-trials.ts";
import { type Example, fitLogistic, sumOf } from "./logistic.ts";

/** The share missed. */
const MISSED = 0.05;
const MISSES_SHOWN = [0.02, 0.05, 0.1, 0.2];
/** Of the figures: background and margin say nothing of a keyword. */
const UNUSED = [3, 4];

export function fitKeywords({ trials, hours }: KeywordTrials, tell: (line: string) => void): number[] {
  const examples = trials.flatMap(({ figures, isSaid }): Example[] =>
    figures ? [{ figures: used(figures), isRight: isSaid, weight: 1 }] : [],
  );
  const found = fitLogistic(examples);
  const score = ({ figures }: KeywordTrials["trials"][number]) =>
    figures ? sumOf(used(figures), found) : Number.NEGATIVE_INFINITY;
  const spoken = trials.filter(({ isSaid }) => isSaid).map(score);
  const others = trials.filter(({ isSaid }) => !isSaid).map(score);
  spoken.sort((a, b) => a - b);
  const threshold = (share: number) => spoken[Math.min(spoken.length - 1, Math.ceil(share * spoken.length))]!;
  for (const share of MISSES_SHOWN) {
    const alarms = others.filter((value) => value >= threshold(share)).length / hours;
    tell(`keywords: ${(100 * share).toFixed(0)} % missed, ${alarms.toFixed(2)} false alarms an hour each`);
  }
  tell(`keywords: ${spoken.length} spoken, ${hours.toFixed(1)} hours of listening`);
  found[0]! -= threshold(MISSED);
  return found.map((value) => Number(value.toFixed(3)));
}

const used = (figures: readonly number[]) => figures.map((value, i) => (UNUSED.includes(i) ? 0 : value));
