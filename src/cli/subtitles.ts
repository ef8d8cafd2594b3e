// SubRip and WebVTT: words as cues that can be read.

import type { FinalResult, WordResult } from "../decode/text/results.ts";
import { breakBetween, phraseLength } from "./phrase-breaks.ts";

export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** What subtitle guidelines (BBC, Netflix) agree on: two lines of some 42 characters, between one second and seven. */
const LINE = 42;
const LINES = 2;
const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 7;
/** A pause as long as this begins a new cue. */
const PAUSE_SECONDS = 1;

/** Words in lines of at most `most` characters, if none is longer itself. */
function linesOf(words: readonly WordResult[], most: number): string[] {
  const lines: string[] = [];
  for (const { word } of words) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Two lines that a cue is shown in: broken where a phrase ends, if both halves have room. */
function phraseLines(words: readonly WordResult[], most: number): string[] {
  const lines = linesOf(words, most);
  if (lines.length !== 2) return lines;
  let best = -1;
  let chosen = lines;
  for (let count = 1; count < words.length; count++) {
    const halves = [words.slice(0, count), words.slice(count)].map((half) => half.map(({ word }) => word).join(" "));
    const [first, second] = halves.map(({ length }) => length) as [number, number];
    // Of equal places the one that halves the text.
    const value = breakBetween(words[count - 1]!, words[count]!) - Math.abs(first - second) / (first + second);
    if (first > most || second > most || value <= best) continue;
    [best, chosen] = [value, halves];
  }
  return chosen;
}

/** The words of each cue of an utterance; with a length, cues are of one line of at most so many characters. */
export function cueWords({ result }: FinalResult, maxLength?: number): WordResult[][] {
  const [line, lines] = maxLength === undefined ? [LINE, LINES] : [maxLength, 1];
  const groups: WordResult[][] = [];
  for (const word of result) {
    const group = groups.at(-1);
    const fits = (words: readonly WordResult[]) =>
      word.end - words[0]!.start <= LONGEST_SECONDS && linesOf([...words, word], line).length <= lines;
    if (group === undefined || word.start - group.at(-1)!.end >= PAUSE_SECONDS) groups.push([word]);
    else if (fits(group)) group.push(word);
    else {
      // The beginning of a phrase goes over to the next cue with what follows.
      const count = phraseLength(group, word);
      const carried = group.slice(count);
      if (carried.length > 0 && fits(carried)) groups.push([...group.splice(count), word]);
      else groups.push([word]);
    }
  }
  return groups;
}

/** An utterance's cues. */
export function cuesOf(final: FinalResult, maxLength?: number): Cue[] {
  return cueWords(final, maxLength).map((words) => ({
    start: words[0]!.start,
    end: words.at(-1)!.end,
    lines: phraseLines(words, maxLength ?? LINE),
  }));
}

/** hh:mm:ss and milliseconds behind the given mark. */
function clock(time: number, mark: "," | "."): string {
  const ms = Math.round(time * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}${mark}${String(ms % 1000).padStart(3, "0")}`;
}

/** WebVTT reads these as markup; SubRip has no agreed way to write them. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Turns finals into the text of a subtitle file. A cue is written when the next one shows how long it may stay. */
export class SubtitleWriter {
  private readonly kind: "srt" | "vtt";
  private readonly maxLength: number | undefined;
  private waiting: (Cue & { speaker: string | undefined }) | null = null;
  private number = 0;

  /** `maxLength` as for cuesOf. */
  constructor(kind: "srt" | "vtt", maxLength?: number) {
    this.kind = kind;
    this.maxLength = maxLength;
  }

  get header(): string {
    return this.kind === "vtt" ? "WEBVTT\n\n" : "";
  }

  /** The cues of an utterance, and whose it is if they say so. */
  final(result: FinalResult, speaker?: string): string {
    return cuesOf(result, this.maxLength)
      .map((cue) => {
        const before = this.written(cue.start);
        this.waiting = { ...cue, speaker };
        return before;
      })
      .join("");
  }

  /** The last cue. */
  end(): string {
    return this.written(Number.POSITIVE_INFINITY);
  }

  /** The waiting cue, shown long enough to be read unless the next comes sooner. */
  private written(next: number): string {
    if (!this.waiting) return "";
    const { start, end, lines, speaker } = this.waiting;
    this.waiting = null;
    const until = Math.min(Math.max(end, start + SHORTEST_SECONDS), Math.max(next, end));
    const mark = this.kind === "vtt" ? "." : ",";
    const title = this.kind === "vtt" ? "" : `${++this.number}\n`;
    // An arrow would be read as the times of another cue.
    const text = lines.map(this.kind === "vtt" ? escaped : (line) => line.replaceAll("-->", "->"));
    const voice = speaker === undefined ? "" : this.kind === "vtt" ? `<v ${speaker}>` : `${speaker}: `;
    return `${title}${clock(start, mark)} --> ${clock(until, mark)}\n${voice}${text.join("\n")}\n\n`;
  }
}
