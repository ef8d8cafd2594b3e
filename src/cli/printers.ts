// The forms in which transcribe writes results: what each piece of news adds to the text.

import type { Alternative, FinalResult, WordResult } from "../decode/text/results.ts";
import { printable, printableResult } from "./printable.ts";
import { type Segment, segmentsOf } from "./segments.ts";
import { SubtitleWriter } from "./subtitles.ts";

/** Names of the forms, and how files of each end. */
export const OUTPUT_FORMATS = {
  txt: "txt",
  srt: "srt",
  vtt: "vtt",
  csv: "csv",
  lrc: "lrc",
  j: "jsonl",
  json: "jsonl",
} as const;

export type OutputFormat = keyof typeof OUTPUT_FORMATS;

/** Forms in which what comes later must not have begun earlier: players read them so. */
export const isOrdered = (format: OutputFormat): boolean => format !== "txt" && OUTPUT_FORMATS[format] !== "jsonl";

/** How a transcript is to look. */
export interface PrinterOptions {
  /** Characters of a line, row or cue at most. Default: whole utterances; cues by what subtitles' guidelines say. */
  readonly maxLength?: number | undefined;
  /** Whether utterances say whose they are. */
  readonly hasSpeakers?: boolean;
}

export interface Printer {
  readonly header: string;
  /** An utterance, and whose it is if they say so. */
  final(result: FinalResult, speaker?: string): string;
  /** What is left when the audio has ended. */
  end(): string;
}

const seconds = (value: number) => `${value.toFixed(2).padStart(7)} s`;

/** A line for a word that will not change any more, and when it was committed, in the stream's time. */
export function wordLine({ word, start, end, conf }: WordResult, committedAt: number): string {
  return `${seconds(start)} -${seconds(end)}  ${printable(word).padEnd(12)} confidence ${conf.toFixed(2)}, committed at ${committedAt.toFixed(2)} s\n`;
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** Confidences keep three decimals, as times do. */
function rounded({ word, start, end, conf }: WordResult): WordResult {
  return { word, start: round(start), end: round(end), conf: round(conf) };
}

/** Vosk's shape, and the alternatives in its own beside it. */
function jsonLine({ text, result, alternatives }: FinalResult, speaker?: string): string {
  const shorter = ({ text, confidence, result }: Alternative) => ({
    text,
    confidence: round(confidence),
    result: result.map(rounded),
  });
  const channel = speaker === undefined ? {} : { channel: speaker };
  const others = alternatives ? { alternatives: alternatives.map(shorter) } : {};
  return `${JSON.stringify({ text, ...channel, result: result.map(rounded), ...others })}\n`;
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** As whisper.cpp writes it: times in milliseconds. */
function csvRow({ start, end, text }: Segment, speaker?: string): string {
  const fields = [Math.round(start * 1000), Math.round(end * 1000), ...(speaker === undefined ? [] : [speaker])];
  return `${[...fields, quoted(text)].join(",")}\n`;
}

/** A line of lyrics with the time at which it begins, in hundredths of a second. */
function lyricsLine({ start, text }: Segment, speaker?: string): string {
  const hundredths = Math.round(start * 100);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const time = `${two(hundredths / 6000)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
  return `[${time}]${speaker === undefined ? "" : `${speaker}: `}${text}\n`;
}

/** A printer for one transcript. */
export function printerFor(format: OutputFormat, options: PrinterOptions = {}): Printer {
  const printer = printerOf(format, options);
  return {
    header: printer.header,
    final: (result, speaker) => printer.final(printableResult(result), speaker),
    end: () => printer.end(),
  };
}

function printerOf(format: OutputFormat, { maxLength, hasSpeakers = false }: PrinterOptions): Printer {
  const bySegment = (line: (segment: Segment, speaker?: string) => string, header = ""): Printer => ({
    header,
    final: (result, speaker) =>
      segmentsOf(result, maxLength)
        .map((segment) => line(segment, speaker))
        .join(""),
    end: () => "",
  });
  switch (format) {
    case "srt":
    case "vtt":
      return new SubtitleWriter(format, maxLength);
    case "csv":
      return bySegment(csvRow, hasSpeakers ? "start,end,speaker,text\n" : "start,end,text\n");
    case "lrc":
      return bySegment(lyricsLine);
    case "j":
    case "json":
      return { header: "", final: jsonLine, end: () => "" };
    case "txt":
      return bySegment(({ text }, speaker) => `${speaker === undefined ? "" : `${speaker}: `}${text}\n`);
  }
}
