// Utterances cut to a length: for lines, rows and cues that must not be longer.

import type { FinalResult, WordResult } from "../decode/text/results.ts";

/** A part of an utterance. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The words in groups of at most that many characters, if no word is longer itself. */
function groupsOf(words: readonly WordResult[], most: number): WordResult[][] {
  const groups: WordResult[][] = [];
  let length = 0;
  for (const word of words) {
    const longer = length + 1 + word.word.length;
    if (groups.length > 0 && longer <= most) {
      groups.at(-1)!.push(word);
      length = longer;
    } else {
      groups.push([word]);
      length = word.word.length;
    }
  }
  return groups;
}

/** An utterance in segments of at most `maxLength` characters, or as one. */
export function segmentsOf({ text, result }: FinalResult, maxLength?: number): Segment[] {
  const [first, last] = [result[0], result.at(-1)];
  if (!first || !last) return text === "" ? [] : [{ start: 0, end: 0, text }];
  if (maxLength === undefined) return [{ start: first.start, end: last.end, text }];
  return groupsOf(result, maxLength).map((words) => ({
    start: words[0]!.start,
    end: words.at(-1)!.end,
    text: words.map(({ word }) => word).join(" "),
  }));
}
