// The forms in which transcribe writes results: what each piece of news adds to the text.

import type { Alternative, FinalResult, WordResult } from "../decode/text/results.ts";
import { SubtitleWriter } from "./subtitles.ts";

/** Names of the forms, and how files of each end. */
export const OUTPUT_FORMATS = { txt: "txt", srt: "srt", vtt: "vtt", j: "jsonl", json: "jsonl" } as const;

export type OutputFormat = keyof typeof OUTPUT_FORMATS;

export interface Printer {
  readonly header: string;
  final(result: FinalResult): string;
  /** What is left when the audio has ended. */
  end(): string;
}

const seconds = (value: number) => `${value.toFixed(2).padStart(7)} s`;

/** A line for a word that will not change any more; heardAt is the stream's time when it was recognized. */
export function wordLine({ word, start, end, conf }: WordResult, heardAt: number): string {
  return `${seconds(start)} -${seconds(end)}  ${word.padEnd(12)} confidence ${conf.toFixed(2)}, heard at ${heardAt.toFixed(2)} s\n`;
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** Results keep three decimals: times are multiples of a token. */
function rounded({ word, start, end, conf }: WordResult): WordResult {
  return { word, start: round(start), end: round(end), conf: round(conf) };
}

/** Vosk's shape, and the alternatives in its own beside it. */
function jsonLine({ text, result, alternatives }: FinalResult): string {
  const shorter = ({ text, confidence, result }: Alternative) => ({
    text,
    confidence: round(confidence),
    result: result.map(rounded),
  });
  const others = alternatives ? { alternatives: alternatives.map(shorter) } : {};
  return `${JSON.stringify({ text, result: result.map(rounded), ...others })}\n`;
}

/** A printer for one transcript. */
export function printerFor(format: OutputFormat): Printer {
  switch (format) {
    case "srt":
    case "vtt":
      return new SubtitleWriter(format);
    case "j":
    case "json":
      return { header: "", final: jsonLine, end: () => "" };
    case "txt":
      return { header: "", final: ({ text }) => `${text}\n`, end: () => "" };
  }
}
