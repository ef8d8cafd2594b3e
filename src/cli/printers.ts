// The forms in which transcribe writes results to stdout.

import type { FinalResult, WordResult } from "../decode/results.ts";

export const OUTPUT_FORMATS = ["txt", "srt", "vtt", "j"];

export interface Printer {
  /** A word that will not change any more; heardAt is the stream's time when it was recognized. Not every form has words. */
  word?(word: WordResult, heardAt: number): void;
  final(result: FinalResult): void;
}

const out = (text: string) => {
  process.stdout.write(text);
};

const seconds = (value: number) => `${value.toFixed(2).padStart(7)} s`;

/** hh:mm:ss and milliseconds behind the given mark. */
function clock(time: number, mark: "," | "."): string {
  const ms = Math.round(time * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}${mark}${String(ms % 1000).padStart(3, "0")}`;
}

function wordLine({ word, start, end, conf }: WordResult, heardAt: number): string {
  return `${seconds(start)} -${seconds(end)}  ${word.padEnd(12)} confidence ${conf.toFixed(2)}, heard at ${heardAt.toFixed(2)} s\n`;
}

/** Results keep three decimals: times are multiples of a token. */
function rounded({ word, start, end, conf }: WordResult): WordResult {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return { word, start: round(start), end: round(end), conf: round(conf) };
}

function subtitles(mark: "," | ".", header: string): Printer {
  let number = 0;
  out(header);
  return {
    word: () => {},
    final: ({ text, result }) => {
      number++;
      const { start } = result[0]!;
      const { end } = result.at(-1)!;
      const title = mark === "," ? `${number}\n` : "";
      out(`${title}${clock(start, mark)} --> ${clock(end, mark)}\n${text}\n\n`);
    },
  };
}

/** The printer of a format in OUTPUT_FORMATS. */
export function printerFor(format: string): Printer {
  switch (format) {
    case "srt":
      return subtitles(",", "");
    case "vtt":
      return subtitles(".", "WEBVTT\n\n");
    case "j":
      return {
        word: () => {},
        final: ({ text, result }) => out(`${JSON.stringify({ text, result: result.map(rounded) })}\n`),
      };
    default:
      return {
        word: (word, heardAt) => out(wordLine(word, heardAt)),
        final: ({ text }) => out(`${text}\n`),
      };
  }
}
