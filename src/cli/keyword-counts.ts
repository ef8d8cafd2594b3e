// How often keywords were said, missed, and caught where nobody said them.

import type { Keyword } from "../decode/phonemes/keyword-spotter.ts";
import type { KeywordResult } from "../decode/text/results.ts";
import { type ManifestRow, normalise } from "./manifest.ts";

interface CountedRow {
  readonly row: ManifestRow;
  readonly seconds: number;
  readonly keywords: readonly KeywordResult[];
}

export interface KeywordCounts {
  /** How often the texts hold a keyword, and how many of those were not caught. */
  readonly said: number;
  readonly missed: number;
  /** Catches beyond what the texts hold, in all and by hour. */
  readonly falseAlarms: number;
  readonly falseAlarmsPerHour: number | null;
}

/** How often a phrase stands in a text, in whole words. */
function occurrences(text: string, phrase: string): number {
  let count = 0;
  for (let at = ` ${text} `.indexOf(` ${phrase} `); at >= 0; at = ` ${text} `.indexOf(` ${phrase} `, at + 1)) count++;
  return count;
}

export function countKeywords(rows: readonly CountedRow[], keywords: readonly Keyword[]): KeywordCounts {
  let [said, caught, falseAlarms, seconds] = [0, 0, 0, 0];
  for (const { row, seconds: its, keywords: heard } of rows) {
    seconds += its;
    for (const { phrase } of keywords) {
      const expected = occurrences(row.text ?? "", normalise(phrase));
      const found = heard.filter(({ keyword }) => normalise(keyword) === normalise(phrase)).length;
      said += expected;
      caught += Math.min(expected, found);
      falseAlarms += Math.max(0, found - expected);
    }
  }
  const falseAlarmsPerHour = seconds === 0 ? null : Number(((falseAlarms * 3600) / seconds).toFixed(2));
  return { said, missed: said - caught, falseAlarms, falseAlarmsPerHour };
}

/** Lines of the table. */
export function keywordLines({ said, missed, falseAlarms, falseAlarmsPerHour }: KeywordCounts): string[] {
  const share = said === 0 ? "" : `, ${((100 * missed) / said).toFixed(2)} %`;
  return [
    `keywords missed       ${missed} of ${said}${share}`,
    `false alarms          ${falseAlarms}, ${falseAlarmsPerHour ?? "-"} per hour`,
  ];
}
